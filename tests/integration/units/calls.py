"""What a test asks of the units API, in a line each."""

from typing import Any

import httpx

TREE = """code,parent_code,level,kind,name,registered_on
15,,1,region,内蒙古自治区,2013-11-01
1501,15,2,city,呼和浩特市,2013-11-01
1502,15,2,city,包头市,2013-11-01
150202,1502,3,district,东河区,2013-11-01
150203,1502,3,district,昆都仑区,2013-11-01
150102,1501,3,district,新城区,2013-11-01
150202001,150202,4,subdistrict,和平路街道,2013-11-01
150202001001,150202001,5,community,草原道社区,2013-11-01
1502-D01,1502,2,directly_affiliated,包头市教育局,2013-11-01
"""


class Units:
    """The API of one campaign."""

    def __init__(self, http: httpx.AsyncClient, campaign: str) -> None:
        self.http = http
        self.campaign = campaign

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.http.get(f"/campaigns/{self.campaign}{path}", params=params)

    async def post(
        self, path: str, body: Any, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return await self.http.post(f"/campaigns/{self.campaign}{path}", json=body, headers=headers)

    async def upload(
        self, path: str, text: str | bytes, headers: dict[str, str] | None = None, **params: Any
    ) -> httpx.Response:
        return await self.http.post(
            f"/campaigns/{self.campaign}{path}/import",
            content=text if isinstance(text, bytes) else text.encode(),
            headers={"Content-Type": "text/csv", **(headers or {})},
            params=params,
        )

    async def plant(self, rows: str = TREE) -> None:
        """Register the small tree the tests stand on."""
        answer = await self.upload("/units", rows)
        assert answer.status_code == 200, answer.text

    async def register(
        self, code: str, parent: str | None, level: int, kind: str, **more: Any
    ) -> httpx.Response:
        body = {
            "code": code,
            "parent_code": parent,
            "level": level,
            "kind": kind,
            "name": f"单位{code}",
            "registered_on": "2013-12-01",
        }
        return await self.post("/units", body | more)

    async def paths(self, **params: Any) -> list[str]:
        """The paths of all units of the campaign."""
        answer = await self.get("/units", limit=500, **params)
        assert answer.status_code == 200, answer.text
        return [unit["path"] for unit in answer.json()["items"]]


def code_of(answer: httpx.Response) -> str:
    """The code of a problem document."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    code: str = answer.json()["code"]
    return code
