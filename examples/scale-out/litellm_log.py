"""Prints the client's X-Request-Id with every call that LiteLLM's router has made; litellm.yaml names it as a callback."""

import json

from litellm.integrations.custom_logger import CustomLogger


class RequestLog(CustomLogger):
    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        self.print(kwargs, "answered", start_time, end_time)

    async def async_log_failure_event(self, kwargs, response_obj, start_time, end_time):
        self.print(kwargs, "failed", start_time, end_time)

    def print(self, kwargs, outcome, start_time, end_time):
        params = kwargs.get("litellm_params") or {}
        headers = (params.get("proxy_server_request") or {}).get("headers") or {}
        line = {
            "requestId": headers.get("x-request-id"),
            "outcome": outcome,
            "seconds": round((end_time - start_time).total_seconds(), 3),
            "replica": params.get("api_base"),
        }
        print(json.dumps(line), flush=True)


request_log = RequestLog()
