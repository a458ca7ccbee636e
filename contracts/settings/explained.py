"""What the help of a command says of a setting: its meaning, and which values it may have."""

from contracts.i18n.locale import ENGLISH
from contracts.i18n.translate import word
from contracts.settings.settings import SETTINGS


def explained(name: str, lang: str = ENGLISH) -> str:
    """Return the meaning of a setting in a language, with the values that it may have where they are few words."""
    field = SETTINGS[name]
    words = getattr(field.metadata["reads"], "words", ())
    return word(lang, field.metadata["means"]) + (f" ({', '.join(words)})" if words else "")
