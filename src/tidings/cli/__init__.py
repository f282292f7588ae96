"""The command line: one file for each verb, and the supervisor that `tidings up` runs."""
