"""What is promised and what is tried: releases with their operations and answers, cases, coverage."""
