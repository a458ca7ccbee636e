"""The calls on custom workflows, as the releases from 2.3 to 5.0 answer them.

`perfect-5.0` and its like differ from a server of their release only where its page promises something else; what a
page leaves open, they answer as servers do. A task ends as its script says: `exit 1` fails, and `sleep infinity` runs
into its time limit.
"""
