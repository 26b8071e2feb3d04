"""`connect.py scenario`: drives a worker of Kafka Connect by kafka-connect-py, see ../README.md."""

import importlib.metadata
import json
import os
import time

from kafka_connect import KafkaConnect
from requests.exceptions import HTTPError

LIMIT_S = 60
NAME = os.environ["CONNECT_NAME"]
CONFIG = json.loads(os.environ["CONNECT_CONFIG"])
PLUGIN = CONFIG["connector.class"]


def say(**line):
    print(json.dumps(line, ensure_ascii=False), flush=True)


class Scenario:
    def __init__(self):
        self.client = KafkaConnect(url=os.environ["CONNECT_URL"])

    def run(self):
        steps = [getattr(self, name) for name in dir(self) if name.startswith("step_")]
        for step in sorted(steps, key=lambda method: method.__func__.__code__.co_firstlineno):
            name = step.__name__.removeprefix("step_").replace("_", "-")
            try:
                result = step()
            except HTTPError as error:
                result = {"status": error.response.status_code} if error.response is not None else {"error": repr(error)}
            except Exception as error:  # whatever it is belongs into the result
                result = {"error": repr(error)}
            say(variant="connect", step=name, **result)

    def settled(self, state, tasks):
        """The states once they are as given, or as they are when time is up."""
        give_up_at = time.monotonic() + LIMIT_S
        while True:
            seen = self.states()
            if seen == {"state": state, "tasks": tasks} or time.monotonic() > give_up_at:
                return seen
            time.sleep(0.05)

    def states(self):
        try:
            status = self.client.get_connector_status(NAME)
        except HTTPError as error:
            # There is no status until a worker took the connector up.
            return {"status": error.response.status_code}
        return {"state": status["connector"]["state"], "tasks": [task["state"] for task in status["tasks"]]}

    def errors(self, config):
        configs = self.client.validate_connector_config(PLUGIN, config)["configs"]
        return {"errors": [one["value"]["name"] for one in configs if one["value"]["errors"]]}

    def step_cluster(self):
        return {"answered": self.client.get_cluster_info()["kafka_cluster_id"] != ""}

    def step_plugins(self):
        return {"known": PLUGIN in [plugin["class"] for plugin in self.client.list_connector_plugins()]}

    def step_validate(self):
        return self.errors({**CONFIG, "name": NAME})

    def step_validate_wrong(self):
        return self.errors({**CONFIG, "name": NAME, "batch.size": "many"})

    def step_create(self):
        made = self.client.create_connector({"name": NAME, "config": CONFIG})
        return {"type": made["type"], "tasks": made["config"]["tasks.max"]}

    def step_create_again(self):
        return self.client.create_connector({"name": NAME, "config": CONFIG})

    def step_create_wrong(self):
        return self.client.create_connector({"name": f"{NAME}-wrong", "config": {**CONFIG, "batch.size": "many"}})

    def step_running(self):
        return self.settled("RUNNING", ["RUNNING", "RUNNING"])

    def step_list(self):
        return {"listed": NAME in self.client.list_connectors()}

    def step_list_with_status(self):
        return {"state": self.client.list_connectors(expand="status")[NAME]["status"]["connector"]["state"]}

    def step_get_config(self):
        return {"tasks": self.client.get_connector_config(NAME)["tasks.max"]}

    def step_tasks(self):
        return {"ids": [task["id"]["task"] for task in self.client.list_connector_tasks(NAME)]}

    def step_task_status(self):
        return {"state": self.client.get_connector_task_status(NAME, 1)["state"]}

    def step_update(self):
        return {"tasks": self.client.update_connector(NAME, {**CONFIG, "tasks.max": "1"})["config"]["tasks.max"]}

    def step_updated(self):
        return self.settled("RUNNING", ["RUNNING"])

    def step_pause(self):
        self.client.pause_connector(NAME)
        return self.settled("PAUSED", ["PAUSED"])

    def step_resume(self):
        self.client.resume_connector(NAME)
        return self.settled("RUNNING", ["RUNNING"])

    def step_stop(self):
        self.client.stop_connector(NAME)
        return self.settled("STOPPED", [])

    def step_resume_stopped(self):
        self.client.resume_connector(NAME)
        return self.settled("RUNNING", ["RUNNING"])

    def step_restart(self):
        self.client.restart_connector(NAME)
        return {"done": True}

    def step_restart_with_tasks(self):
        self.client.restart_connector(NAME, include_tasks=True)
        return self.settled("RUNNING", ["RUNNING"])

    def step_restart_task(self):
        self.client.restart_connector_task(NAME, 0)
        return self.settled("RUNNING", ["RUNNING"])

    def step_topics(self):
        return {"answered": NAME in self.client.list_connector_topics(NAME)}

    def step_reset_topics(self):
        self.client.reset_connector_topics(NAME)
        return {"done": True}

    def step_delete(self):
        self.client.delete_connector(NAME)
        return {"listed": NAME in self.client.list_connectors()}

    def step_get_missing(self):
        return self.client.get_connector(NAME)


say(client="kafka-connect-py (Python)", version=importlib.metadata.version("kafka-connect-py"))
Scenario().run()
