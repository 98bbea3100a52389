"""What stops the local stack, each said in one sentence a person can act on."""


class CannotRun(Exception):
    """The stack cannot start or go on; Chinese first, English beside it."""

    def __init__(self, zh: str, en: str, details: str = "") -> None:
        self.zh = zh
        self.en = en
        self.details = details
        super().__init__(f"{zh} {en}" + (f"\n{details}" if details else ""))
