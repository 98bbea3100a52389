"""Routes for endpoints that are asked often: a sound request goes straight to its endpoint."""

from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from fastapi import Request, Response
from fastapi._compat import field_annotation_is_sequence
from fastapi.routing import APIRoute

from shared.platform.asking import asking

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class LeanRoute(APIRoute):
    """Reads path, JSON body and `Ask` itself, with the fields FastAPI made of the signature; what
    is not sound in any way is left to FastAPI, which then tells what is wrong.
    """

    def get_route_handler(self) -> Handler:
        ordinary = super().get_route_handler()
        return self._lean(ordinary) if self._is_plain() else ordinary

    def _is_plain(self) -> bool:
        """Whether the endpoint takes nothing but path, one body, `Ask` and the request."""
        wanted = self.dependant
        return (
            len(wanted.body_params) == 1
            and not self._embed_body_fields
            and [each.call for each in wanted.dependencies] == [asking]
            and not (wanted.query_params or wanted.header_params or wanted.cookie_params)
        )

    def _lean(self, ordinary: Handler) -> Handler:
        path, (body,) = self.dependant.path_params, self.dependant.body_params
        ask_name = self.dependant.dependencies[0].name or ""
        request_name = self.dependant.request_param_name
        endpoint = self.endpoint

        async def lean(request: Request) -> Response:
            if request.headers.get("content-type") != "application/json":
                return await ordinary(request)
            try:
                given = msgspec.json.decode(await request.body())
            except (ValueError, RecursionError):  # brackets without end
                return await ordinary(request)
            values: dict[str, Any] = {}
            values[body.name], wrong = body.validate(given, values, loc=("body",))
            for field in path:
                values[field.name], error = field.validate(
                    request.path_params[field.alias], values, loc=("path",)
                )
                wrong = wrong or error
            if wrong:
                return await ordinary(request)
            values[ask_name] = await asking(request)
            if request_name is not None:
                values[request_name] = request
            response: Response = await endpoint(**values)
            return response

        return lean


class LeanQueryRoute(APIRoute):
    """Reads, of many query parameters, those that are given; the others are what they are when
    left out, and need not be looked at one by one. What is not sound is left to FastAPI.
    """

    def get_route_handler(self) -> Handler:
        ordinary = super().get_route_handler()
        return self._lean(ordinary) if self._is_plain() else ordinary

    def _is_plain(self) -> bool:
        """Whether the endpoint takes nothing but path, query, `Ask` and the request."""
        wanted = self.dependant
        return [each.call for each in wanted.dependencies] == [asking] and not (
            wanted.body_params or wanted.header_params or wanted.cookie_params
        )

    def _lean(self, ordinary: Handler) -> Handler:
        path, ask_name = self.dependant.path_params, self.dependant.dependencies[0].name or ""
        request_name, endpoint = self.dependant.request_param_name, self.endpoint
        query = self.dependant.query_params
        optional = [field for field in query if not field.field_info.is_required()]
        left_out = {field.name: field.default for field in optional}
        # Whether a parameter may be given several times is told by its type: looked at once.
        several = {
            field.alias
            for field in query
            if field_annotation_is_sequence(field.field_info.annotation)
        }

        async def lean(request: Request) -> Response:
            given, in_path = request.query_params, request.path_params
            values: dict[str, Any] = {**left_out}
            wrong: Any = None
            for field in path:
                values[field.name], error = field.validate(
                    in_path[field.alias], values, loc=("path",)
                )
                wrong = wrong or error
            for field in query:
                name = field.alias
                if name in given:
                    read = given.getlist(name) if name in several else given[name]
                    values[field.name], error = field.validate(read, values, loc=("query",))
                    wrong = wrong or error
            if wrong or len(values) < len(path) + len(query):
                return await ordinary(request)
            values[ask_name] = await asking(request)
            if request_name is not None:
                values[request_name] = request
            response: Response = await endpoint(**values)
            return response

        return lean
