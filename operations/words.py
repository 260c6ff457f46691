"""What the person who starts the service reads in the terminal. Nothing that a resident or an agent sees."""

from collections.abc import Mapping


def progress_line(what: str, seconds: float) -> str:
    return f"  {seconds:4.1f} s  {what}"


def ready_for_trial(known: Mapping[str, str]) -> str:
    from operations.trial import DEMO_ACCOUNTS  # not at the top: the supervisor reads this file and no service

    sign_ins = "\n".join(
        f"    {account.sign_in:<9}{account.password:<15}{account.role:<15}{', '.join(account.languages)}"
        for account in DEMO_ACCOUNTS
    )
    return f"""
The city's number is {known["city_number"]}. Everything runs on this machine; nobody is really rung.

  Agents' console   {known["web"]}/console/
  Telephones        {known["emulator"]}/
  Practice          {known["emulator"]}/practice    residents who ring by a script

  Sign in as        password
{sign_ins}

  In another terminal:  make call    a resident's telephone
                        make agent   an agent at work (bertil; AGENT=aino for another)

  Logs are in var/log, data in var/data. Ctrl-C ends everything; the data stays.
"""


def ready_for_calls(known: Mapping[str, str]) -> str:
    return f"""
The service for {known["city_number"]} runs.

  Voice webhook     {known["web"]}/voice/incoming
  Agents' console   {known["web"]}/console/

  Logs are in var/log. Ctrl-C or SIGTERM ends everything; the data stays.
"""


def farewell() -> str:
    return "Ending; work in hand is finished first."
