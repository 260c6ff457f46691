"""Every page of the console has its picture: a route that answers with a page stands in the tour."""

from console.pages import ROUTES
from tests.screenshots import SCENES

NO_PAGE = {
    "/openid/start": "leads to the provider",
    "/openid/callback": "leads back",
    "/openid/sign-out": "leads to the provider",
    "/openid/signed-out": "needs a provider: pictured by test_console_accounts",
    "/queue/search": "the queue page again",
    "/notices/words": "the notices page again",
    "/telephone-token": "JSON",
    "/events-ticket": "JSON",
    "/offers/<token>/windows": "JSON",
    "/sounds/<recording_id>": "sound",
    "/sounds/<recording_id>/file": "a file",
    "/rules/drafts/<draft_id>/file.<form>": "a file",
    "/rules/versions/<version>/file.<form>": "a file",
}


def test_every_page_is_in_the_tour() -> None:
    pages = {route.rule for route in ROUTES if route.method == "GET" and not route.rule.endswith(("/part", ".json"))}
    pages -= {rule for rule in pages if rule.endswith((".csv", ".wav"))}
    assert pages - {scene.path for scene in SCENES} - set(NO_PAGE) == set()
