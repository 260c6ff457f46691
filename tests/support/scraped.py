"""``/metrics`` as Prometheus reads it."""

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families as families

from tests.support.services import Town
from wsgi import create_app

TOKEN = "a-token-of-the-scraper"
ASKS = {"Authorization": f"Bearer {TOKEN}"}
Samples = dict[tuple[str, tuple[str, ...]], float]


def scraped(client: FlaskClient) -> Samples:
    answer = client.get("/metrics", headers=ASKS)
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    found = {}
    for family in families(answer.text):
        for sample in family.samples:
            found[sample.name, tuple(sorted(sample.labels.values()))] = sample.value
    return found


def of(town: Town) -> Samples:
    return scraped(create_app(town.services).test_client())
