"""One run over a target: session, plan, shards, executor, deviations, verdict, metrics, merge, workers."""
