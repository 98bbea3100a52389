"""Endpoints of uploads: everything that is told of supervision, many at once."""

from fastapi import APIRouter

from services.supervision.api.intakes import duties, liaison, publicity, teams
from shared.platform.intake import add_intakes

router = APIRouter(prefix="/campaigns/{campaign}", tags=["uploads 批量导入"])
add_intakes(
    router,
    teams.TEAMS,
    teams.TEAM_TRAININGS,
    teams.DISPATCHES,
    duties.INSTRUCTORS,
    duties.DUTIES,
    duties.FINDINGS,
    liaison.LIAISON_LEADERS,
    liaison.LIAISON_POINTS,
    liaison.LIAISON_VISITS,
    liaison.LIFE_MEETINGS,
    publicity.PUBLICITY,
    publicity.LECTURES,
)
