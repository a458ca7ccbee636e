"""The stand-in: a Zadig small enough to run inside the suite, with its real defects to be switched on by name.

It keeps workflows and tasks in memory, and follows a real server in everything that a client of the documented calls
can notice: on product workflows, and in custom/ on custom workflows, whose releases are behaviours of their own. It
does not build anything, run scripts, write logs, send notifications, schedule, manage projects, environments, services
or users, or limit how much it holds. Never put it where a real Zadig is expected to be.
"""
