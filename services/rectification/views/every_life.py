"""Every life of rectification, as `rebuild-views` fills their tables anew."""

from typing import Final

from services.rectification.views.lives import OF_ITEM
from services.rectification.views.programmes import PROGRAMME_LIVES
from services.rectification.views.urging import URGING_LIVES
from shared.platform.lives import Life

LIVES: Final[tuple[Life, ...]] = (OF_ITEM, *PROGRAMME_LIVES, *URGING_LIVES)
