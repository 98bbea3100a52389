"""Endpoints of uploads: everything that is told of supervision, many at once."""

from fastapi import APIRouter

from services.supervision.api.intakes import ALL
from shared.platform.intake import add_intakes

router = APIRouter(prefix="/campaigns/{campaign}", tags=["uploads 批量导入"])
add_intakes(router, *ALL)
