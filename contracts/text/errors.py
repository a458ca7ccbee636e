"""The errors of the suite: each says in one message what is wrong and what to do, in any language."""

import os

from contracts.text.message import Message, msg


class SuiteError(Exception):
    """What ends something that the suite was about to do: a message, or a template with its values."""

    def __init__(self, template: str = "", /, *values: object) -> None:
        super().__init__(template if isinstance(template, Message) else msg(template, *values))

    @property
    def message(self) -> Message:
        """What is wrong and what to do."""
        message: Message = self.args[0]
        return message


class InputError(SuiteError, ValueError):
    """What the suite was given cannot be used: a setting, a file, data of a release, bytes."""


class TargetError(SuiteError):
    """The target cannot be read, or not be worked with."""


class EndedError(SuiteError):
    """A case ends here: what comes after it would mean nothing."""


SYSTEM = frozenset(
    {
        *("Connection refused", "Connection reset by peer", "Network is unreachable", "No route to host"),
        *("Name or service not known", "Temporary failure in name resolution", "No such file or directory"),
        *(
            "No space left on device",
            "Broken pipe",
            "File too large",
            "Permission denied",
            "Is a directory",
            "Not a directory",
            "File name too long",
            "Expecting value",
        ),
        *("Extra data", "Expecting property name enclosed in double quotes", "Unterminated string starting at"),
        *("Expecting ',' delimiter", "Expecting ':' delimiter", "Illegal trailing comma before end of object"),
        *("Invalid value", "Invalid statement", "Cannot overwrite a value", "Unclosed array", "Unterminated string"),
        *("Expected '=' after a key in a key/value pair", "Expected ']' at the end of a table declaration"),
        *("Expected newline or end of document after a statement", "Invalid initial character for a key part"),
        *("Illegal trailing comma before end of array", "closed in the middle of the response"),
    }
)
"""What the system, Python and a library say of mistakes, as far as it is translated."""


def of_system(text: object) -> str:
    """Return what somebody else says of a mistake: a message where it is one that is translated."""
    if isinstance(text, Message):
        return text
    return Message(str(text)) if text in SYSTEM else str(text)


def unreadable(path: object, error: OSError) -> Message:
    """Return why a file that somebody hands in cannot be read: often it is its owner's alone, as a token has to be."""
    if isinstance(error, PermissionError):
        return msg(
            "cannot read {path}: Permission denied for user {uid}; run as the owner of the file (docker run --user "
            '"$(id -u):$(id -g)"), or let that user read it',
            path,
            os.getuid(),
        )
    return msg("cannot read {path}: {why}", path, of_system(error.strerror))
