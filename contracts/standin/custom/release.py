"""What differs between the releases: each name here is the first release that has it."""

from contracts.standin.defects import Version

USER_SERVICE: Version = (2, 2)
"""The user service says what a user may do in a project; it is not behind the workflow service's own port."""
APPROVAL_JOBS: Version = (3, 1)
"""An approval is a job; before, it is a block of its stage."""
PARAMETERS: Version = (3, 1)
"""A run may give parameters of the workflow."""
CODE_OF_CHECKS: Version = (3, 4)
"""A workflow that is not valid has a code of its own, 6545; before, it is 6540."""
LICENCE_MATTERS: Version = (3, 4)
"""Without an answer of the licence service no workflow is created; before, that is taken for no licence."""
CHECKED_AT_RUN: Version = (3, 4)
"""A run checks its workflow again: valid, enabled, in need of an approval ticket."""
CANCEL_BY_QUERY: Version = (3, 4)
"""Cancel reads the query; before, the body."""
SKIPPED_JOBS: Version = (3, 4, 1)
"""A job that a run does not ask for is kept as skipped; before, it is left out."""
SHORT_PARAMETER_TEXT: Version = (4, 0)
"""The error about a parameter that the workflow lacks no longer names the workflow."""
REMARKS: Version = (3, 3)
"""A task can be given a remark."""
OPENAPI_CREATES: Version = (5, 0)
"""Create and update have paths below /openapi too."""
MANUAL_STEPS: Version = (5, 0)
"""A stage that waits to be executed by hand can be asked for and executed."""
NO_PRODUCT_WORKFLOWS: Version = (3, 4, 1)
"""The calls on product workflows are gone."""
KEEPS_CREATOR: Version = (5, 0)
"""An update keeps who made a workflow, and when; before, it takes both from its body."""
