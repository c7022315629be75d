"""What `townclerk check` looks at, one thing after the other. What depends on something that failed is not tried."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from townclerk.app import holder
from townclerk.app.commands.records import council_of, why_not_ready
from townclerk.app.exposure import exposures, secrets_of
from townclerk.app.open_wires import open_wires
from townclerk.app.wiring import open_database, open_mailbox, open_transport, patience_of, url_of_database
from townclerk.config.certificates import load_certificates
from townclerk.config.council_folder import unread_files
from townclerk.config.errors import ConfigError, FilesRefused, SecretUnavailable
from townclerk.config.logins import PasswordLogin
from townclerk.config.promises_file import REGISTER, load_register
from townclerk.config.secrets import Secret
from townclerk.config.settings import ReplyMode, Security, Settings, load_settings
from townclerk.config.shipped import find_shipped, shipped_councils, shipped_folders
from townclerk.config.templates import TemplateSet
from townclerk.config.templates_check import unread_templates
from townclerk.domain.calendar import Calendar
from townclerk.domain.council import Council
from townclerk.domain.cover import Gap, uncovered
from townclerk.domain.decide.deliberation import LEAD
from townclerk.domain.policy import SERVICE
from townclerk.domain.routing import Routing, try_rules
from townclerk.mail.errors import MailboxTrouble, SendTrouble
from townclerk.mail.scanning import ClamdScanner, ScannerAway
from townclerk.services import health
from townclerk.services.health import Patience
from townclerk.store import cases, journal
from townclerk.store.database import Database, Tx
from townclerk.store.errors import StoreError

FIRST_YEAR = 2026  # an earlier clock is a clock that was never set
NEAR = timedelta(days=120)  # the dates that are given today
AHEAD = timedelta(days=548)  # eighteen months: a case with every stage, and its retention to come
AMBLE = timedelta(minutes=2)  # what two clocks may differ by
SHORT_KEY = 24  # characters: a signing key must not be guessed


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    NOT_TRIED = "not_tried"


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one check; `todo` says what to do about it, where there is anything to do."""

    check: str
    state: State
    message: str
    todo: str = ""


@dataclass(slots=True)
class Checkup:
    """One run of every check. `tell` hears of each finding as it is made."""

    path: Path
    now: datetime
    tell: Callable[[Finding], None]
    failed: bool = False
    _settings: Settings | None = None
    _council: Council | None = None
    _without: set[str] = field(default_factory=set)  # secrets that cannot be had

    async def run(self, *, offline: bool) -> None:
        self._check_settings()
        self._check_secrets()
        self._check_permissions()
        self._check_council()
        self._check_templates()
        self._check_register()
        self._check_certificates()
        self._check_calendar()
        self._check_clock()
        self._check_officers()
        self._check_replies()
        await asyncio.to_thread(self._check_database)
        if offline:
            for check in ("mailbox", "smtp"):
                self._not_tried(check, "--offline")
            return
        await self._check_mailbox()
        await self._check_smtp()
        await self._check_scanner()

    def _find(self, check: str, state: State, message: str, todo: str = "") -> None:
        self.failed |= state is State.FAILED
        self.tell(Finding(check, state, message, todo))

    def _not_tried(self, check: str, why: str) -> None:
        self._find(check, State.NOT_TRIED, f"not tried: {why}")

    def _refused(self, check: str, refused: ConfigError) -> None:
        """One finding for each fault of the files."""
        faults = refused.faults if isinstance(refused, FilesRefused) else (refused,)
        for fault in faults:
            self._find(check, State.FAILED, str(fault))

    # --- files

    def _check_settings(self) -> None:
        try:
            self._settings = load_settings(self.path)
        except ConfigError as refused:
            self._refused("settings", refused)
        else:
            self._find("settings", State.OK, f"{self.path} loads, for {self._settings.council}")

    def _check_secrets(self) -> None:
        if self._settings is None:
            self._not_tried("secrets", "the settings do not load")
            return
        for name, secret in secrets_of(self._settings):
            try:
                revealed = secret.reveal()
            except SecretUnavailable as missing:
                self._without.add(name)
                self._find(
                    f"secret of {name}", State.FAILED, str(missing), "put it there, readable for the account of townclerk"
                )
            else:
                self._judge_secret(name, secret, len(revealed))

    def _check_permissions(self) -> None:
        if self._settings is None:
            self._not_tried("permissions", "the settings do not load")
            return
        found = exposures(self._settings, self.path, looking_as_root=os.geteuid() == 0)
        for each in found:
            self._find("permissions", State.FAILED if each.grave else State.WARNING, each.what, each.todo)
        if not found:
            self._find("permissions", State.OK, "nobody else can read or change what must be ours alone")
        for each in open_wires(self._settings):
            self._find("wires", State.WARNING, each.what, each.todo)

    def _judge_secret(self, name: str, secret: Secret, length: int) -> None:
        if name.startswith("reply key") and length < SHORT_KEY:
            todo = "make a long one: openssl rand -base64 32"
            self._find(f"secret of {name}", State.FAILED, f"{secret} has {length} characters, and could be guessed", todo)
        else:
            self._find(f"secret of {name}", State.OK, f"{secret} is there")

    def _check_council(self) -> None:
        if self._settings is None:
            self._not_tried("rules", "the settings do not load")
            return
        try:
            self._council = council_of(self._settings, self.now)
        except ConfigError as refused:
            self._refused("rules", refused)
        else:
            policy, routing = self._council.policy, self._council.routing
            said = f"{policy.title}, version {policy.version}, rules {routing.version}: policy, routing and staff load"
            self._find("rules", State.OK, said)
            for fault in unread_files(self._council, self._settings.rules):
                self._find("rules", State.WARNING, f"{fault.file}: {fault.message}", fault.expected)
            self._check_tests_of_rules(routing)
            self._check_services(self._council)

    def _check_tests_of_rules(self, routing: Routing) -> None:
        """A daemon that runs would not take such rules up, and one that starts has no others."""
        for failed in try_rules(routing).failed:
            place, what = failed.test.place, "must hold for this mail, and does not"
            what = what if failed.test.holds else "must not hold for this mail, and does"
            todo = "townclerk rules test says why; a daemon that runs goes on with the rules of before"
            self._find("rules", State.WARNING, f"{place.file}:{place.line}: {failed.rule.id} {what}", todo)

    def _check_services(self, council: Council) -> None:
        """Who gets the mail of a service should be somebody's decision."""
        given = {rule.then.service for rule in council.routing.rules if rule.then.service is not None}
        had = {service for officer in council.roster.officers for service in officer.services}
        if bare := sorted(given - had):
            whoever = next((officer.name for officer in council.playing(SERVICE, bare[0])), "the complaints lead")
            said = f"nobody has {', '.join(bare)} by name in staff.yaml: that goes to {whoever}"
            self._find("services", State.OK, said, "where it should not, write it under services of whoever has it")

    def _check_templates(self) -> None:
        if self._settings is None:
            self._not_tried("templates", "the settings do not load")
            return
        try:
            letters = TemplateSet.load(shipped_folders("templates", self._settings.templates), self._settings.council)
            if self._council is not None:
                letters.try_out(self._council.policy)
        except ConfigError as refused:
            self._refused("templates", refused)
            return
        if self._council is None:
            self._not_tried("templates", "they load, but the policy that they are written for does not")
        else:
            self._find("templates", State.OK, "every letter can be written")
            self._check_unread_templates(self._settings, self._council)
            self._check_languages(letters, self._council.routing)

    def _check_unread_templates(self, settings: Settings, council: Council) -> None:
        if settings.templates is not None:
            for fault in unread_templates(settings.templates, (council.policy.id, *shipped_councils(settings.rules))):
                self._find("templates", State.WARNING, f"{fault.file}: {fault.message}", fault.expected)

    def _check_languages(self, letters: TemplateSet, routing: Routing) -> None:
        """A rule may ask for letters that nobody has written: they go out as for everybody."""
        for code in routing.letter_languages:
            if code not in letters.languages:
                said = f"a rule has letters go out in {code}, and none is written in it"
                self._find("templates", State.WARNING, said, f"write {code}/letters/receipt.md: see Templates in the guide")

    def _check_register(self) -> None:
        """Letters go out without it: what is wrong in it is a warning."""
        settings, council = self._settings, self._council
        if settings is None or council is None:
            self._not_tried("promises", "the rules do not load")
            return
        if find_shipped("rules", f"{settings.council}/{REGISTER}", settings.rules) is None:
            self._not_tried("promises", f"there is no {REGISTER} beside the policy")
            return
        try:
            register = load_register(settings.council, rules=settings.rules, staff=settings.staff, today=self.now.date())
        except FilesRefused as refused:
            for fault in refused.faults:
                self._find("promises", State.WARNING, str(fault))
        else:
            self._find("promises", State.OK, f"{len(register.promises)} are registered, and all that they name is there")

    def _check_certificates(self) -> None:
        """Signatures settle nothing: one that cannot be looked at for want of a certificate is a warning."""
        folder = self._settings.signatures.certificates if self._settings is not None else None
        if folder is None:
            return
        try:
            found = load_certificates(folder)
        except FilesRefused as refused:
            self._refused("signatures", refused)
            return
        stale = [each for each in found if not each.begins <= self.now <= each.ends]
        for each in stale:
            when = f"expired on {each.ends:%Y-%m-%d}" if each.ends < self.now else f"is not valid before {each.begins:%Y-%m-%d}"
            todo = "put the one that follows it beside it: mail that came in its time is still held against the old one"
            self._find("signatures", State.WARNING, f"{each.file}: the certificate of {each.name} {when}", todo)
        if not found:
            todo = "put the certificates there (PEM) of whom you trust, or take signatures.certificates out"
            self._find("signatures", State.WARNING, f"there is no certificate in {folder}", todo)
        elif not stale:
            self._find("signatures", State.OK, f"mails' signatures are held against what is in {folder}: {len(found)}")

    # --- time

    def _check_calendar(self) -> None:
        if self._council is None:
            self._not_tried("calendar", "the rules do not load")
            return
        calendar, today = self._council.calendar, self.now.date()
        known = last_known_day(calendar)
        if known < today + NEAR:
            todo = "install a newer `holidays`, or write the days as closure_days: due dates would be wrong"
            self._find("calendar", State.FAILED, f"no bank holiday is known after {known}", todo)
        elif known < today + AHEAD:
            todo = "install a newer `holidays`, or write the days as closure_days"
            self._find("calendar", State.WARNING, f"no bank holiday is known after {known}", todo)
        elif (named := self._closures_named_until()) is not None and named < today:
            todo = "write those of the coming year into the policy's calendar"
            self._find("calendar", State.WARNING, f"the last closure day that the policy names was {named}", todo)
        else:
            self._find("calendar", State.OK, f"bank holidays are known up to {known} ({calendar.version})")

    def _closures_named_until(self) -> date | None:
        days = self._council.policy.calendar.closure_days if self._council else ()
        return max((day for day, _ in days), default=None)

    def _check_clock(self) -> None:
        name = self._council.policy.calendar.timezone if self._council else "Europe/London"
        try:
            zone = ZoneInfo(name)
        except ZoneInfoNotFoundError:
            todo = "install the package tzdata"
            self._find("clock", State.FAILED, f"this machine does not know the time zone {name}", todo)
            return
        local = f"{self.now.astimezone(zone):%Y-%m-%d %H:%M} in {name}"
        if self.now.year < FIRST_YEAR:
            self._find(
                "clock", State.FAILED, f"the clock says {local}", "set it, and keep it by NTP: every due date hangs on it"
            )
        else:
            self._find("clock", State.OK, local)

    # --- people

    def _check_officers(self) -> None:
        if self._council is None or self._settings is None:
            self._not_tried("staff", "the rules do not load")
        elif not self._council.playing(LEAD):
            role = self._council.policy.own_role(LEAD)
            todo = f"give somebody the role {role}: what nobody else can settle goes to them"
            self._find("staff", State.FAILED, f"nobody on the roster is {role}", todo)
        else:
            self._find("staff", State.OK, f"{len(self._council.roster.officers)} officers, somebody for what is doubtful")
            self._check_cover()
            self._check_example()
        if self._settings is not None and self._settings.authentication.profile == "none":
            todo = "write authentication: {profile: m365}, or rfc8601 with your receiving server's name"
            self._find("proof of senders", State.WARNING, "no server vouches for an officer's mail", todo)

    def _check_cover(self) -> None:
        """Somebody is away for a fortnight, or does not act: what happens then must not hang on one person."""
        assert self._council is not None  # noqa: S101  # whoever calls this has it
        for one in uncovered(self._council.at(self.now)):
            name, role = one.officer.name, one.role.replace("_", " ")
            if one.gap is Gap.NO_DEPUTY:
                said = f"nobody stands in for {name}, who alone is {role}: while they are away, what goes to them waits"
                todo = f"write a deputy into staff.yaml, at {one.officer.key}: deputy: [the key of a colleague]"
            else:
                said = f"nobody is above {name} ({role}) on the ladder: what they leave undone, nobody else hears of"
                step = "- {after: 10 working days, to: [another_role]}"
                todo = f"write into policy.yaml, under escalation, {step}, and give somebody that role in staff.yaml"
            self._find("cover", State.WARNING, said, todo)

    def _check_example(self) -> None:
        """The shipped roster and the shipped mailbox are an example: nobody reads their mail."""
        assert self._settings is not None  # noqa: S101  # whoever calls this has them
        assert self._council is not None  # noqa: S101  # as above
        invented = [one.key for one in self._council.roster.officers if one.email.endswith((".example", ".invalid", ".test"))]
        if invented:
            todo = "write your own roster, and name it in the settings: staff: staff.yaml"
            self._find("staff", State.WARNING, f"{len(invented)} officers have invented addresses ({invented[0]} …)", todo)
        mailbox, user = self._council.policy.contact.mailbox, self._settings.mailbox.user
        if "@" in user and user.lower() != mailbox.lower():
            todo = "letters come from the policy's address, and answers go there: write contact.mailbox in your own policy.yaml"
            self._find(
                "mailbox", State.WARNING, f"the policy's address is {mailbox}, and the mailbox that is read {user}", todo
            )

    def _check_replies(self) -> None:
        if self._settings is None or self._council is None:
            self._not_tried("replies", "the settings or the rules do not load")
            return
        mailbox, (first, *others) = self._council.policy.contact.mailbox, (key.id for key in self._settings.reply_address.keys)
        counts = f"; what was signed with {', '.join(others)} still counts" if others else ""
        self._find("reply keys", State.OK, f"letters are signed with {first}{counts}")
        if self._settings.reply_address.mode is ReplyMode.PLAIN:
            self._find("replies", State.OK, f"replies go to {mailbox}, and the thread names the case")
            return
        local, _, domain = mailbox.rpartition("@")
        todo = "where it does not come, write reply_address: {mode: plain}"
        message = f"replies go to {local}+…@{domain}: send one mail to {local}+test@{domain} and see that it comes"
        self._find("replies", State.OK, message, todo)

    # --- the database

    def _check_database(self) -> None:
        if self._settings is None or "database" in self._without:
            for check in ("database", "journal", "health"):
                self._not_tried(check, "the settings or their secrets cannot be had")
            return
        try:
            url = url_of_database(self._settings)
            trouble = why_not_ready(url)
            if trouble is None:
                self._find("database", State.OK, "it answers, and is up to date")
                self._look_into(url, patience_of(self._settings.health))
                return
            self._find("database", State.WARNING, trouble)
            why = "the database is not ready"
        except StoreError as error:
            todo = "see that it runs, and that this account may use it"
            self._find("database", State.FAILED, f"{type(error).__name__}: {error}", todo)
            why = "the database cannot be used"
        for check in ("journal", "health"):
            self._not_tried(check, why)

    def _look_into(self, url: str, patience: Patience) -> None:
        settings = self._settings if not any(each.startswith("reply key") for each in self._without) else None
        db = open_database(settings, url) if settings is not None else Database.open(url)
        try:
            db.read_now(self._check_journal)
            if self._council is None:
                self._not_tried("health", "the rules do not load")
            else:
                db.read_now(partial(self._check_health, council=self._council, patience=patience))
                db.read_now(partial(self._check_lost_services, council=self._council))
        finally:
            db.close()

    def _check_journal(self, tx: Tx) -> None:
        sealed_from = self._settings.journal.sealed_from if self._settings is not None else None
        broken, newest = journal.follow(tx, sealed_from=sealed_from).broken, journal.newest(tx)
        if broken is not None:
            todo = "find out who could write to the database, and compare with the last backup"
            self._find("journal", State.FAILED, f"entry {broken.number}: {broken.why}", todo)
        elif newest is not None and newest > self.now + AMBLE:
            todo = "set the clock of this machine, or find out which was wrong"
            self._find("journal", State.FAILED, f"its newest entry is of {newest:%Y-%m-%d %H:%M} UTC, in the future", todo)
        else:
            self._find("journal", State.OK, "it is whole" if newest else "it is empty")

    def _check_health(self, tx: Tx, council: Council, patience: Patience) -> None:
        if not health.has_run(tx, council.policy.id):
            self._find("health", State.OK, "townclerk has not run here yet")
            return
        today = council.calendar.local(self.now).date()
        found = health.look_up(tx, council.policy.id, council.policy.contact.mailbox, self.now, today, holder.is_gone)
        worries = found.worries(self.now, patience)
        for worry in worries:
            self._find("health", State.WARNING, worry.said)
        if not worries:
            self._find("health", State.OK, "all is well")

    def _check_lost_services(self, tx: Tx, council: Council) -> None:
        """A service that was taken out of routing.yaml may still have cases."""
        services = cases.services_of_open_cases(tx, council.policy.id)
        for service, number in services.items():
            if service not in council.routing.services:
                said = f"{number} open case{' is' if number == 1 else 's are'} with {service}, which is no service any more"
                todo = f"see `townclerk case list --service {service}`: an officer's #service NAME gives each to another"
                self._find("services", State.WARNING, said, todo)

    # --- the wire

    async def _check_mailbox(self) -> None:
        if self._settings is None or "mailbox" in self._without:
            self._not_tried("mailbox", "the settings or their secrets cannot be had")
            return
        box, mailbox = self._settings.mailbox, open_mailbox(self._settings)
        try:
            capabilities = await mailbox.capabilities()
            missing = await mailbox.folders((*box.folders, *((box.sent_folder,) if box.sent_folder else ())))
        except (MailboxTrouble, ConfigError) as trouble:
            todo = f"see mailbox in the settings: {box.host}:{box.port}, security {box.security}, user and secret"
            self._find("mailbox", State.FAILED, f"{type(trouble).__name__}: {trouble}", todo)
            return
        finally:
            await mailbox.close()
        self._find("mailbox", State.OK, f"{box.host}:{box.port} lets us in")
        self._judge_mailbox(frozenset(capabilities), missing)
        self._say_what_protects("mailbox", box.security)

    def _judge_mailbox(self, capabilities: frozenset[str], missing: tuple[str, ...]) -> None:
        assert self._settings is not None  # noqa: S101  # whoever calls this has connected with them
        box = self._settings.mailbox
        for folder in box.folders:
            if folder in missing:
                todo = "correct mailbox.folders, or make the folder"
                self._find("folder", State.FAILED, f"the mailbox has no folder {folder}", todo)
            else:
                self._find("folder", State.OK, f"{folder} is there")
        self._judge_sent_folder(missing)
        if box.start_from is not None and box.start_from > self.now:
            said = (
                f"nobody is answered before {box.start_from:%Y-%m-%d %H:%M %Z}: that is mailbox.start_from, and still to come"
            )
            self._find("new mail", State.WARNING, said, "put it to the moment from which on mail shall be answered")
        if "IDLE" in capabilities:
            self._find("new mail", State.OK, "the server says at once when mail comes (IDLE)")
        else:
            self._find("new mail", State.OK, f"the server has no IDLE: we look every {box.poll_seconds} seconds")

    def _judge_sent_folder(self, missing: tuple[str, ...]) -> None:
        """Whether what people send as the mailbox is noticed. Whether Exchange keeps it there cannot be seen from here."""
        assert self._settings is not None  # noqa: S101  # as above
        folder, user = self._settings.mailbox.sent_folder, self._settings.mailbox.user
        if folder is None:
            todo = "write mailbox.sent_folder where colleagues can send as the mailbox, for instance Sent Items"
            self._find("sent folder", State.OK, f"is not watched: {todo}")
        elif folder in missing:
            self._find("sent folder", State.FAILED, f"the mailbox has no folder {folder}", "correct mailbox.sent_folder")
        else:
            switch = f"Set-Mailbox {user} -MessageCopyForSentAsEnabled $true -MessageCopyForSendOnBehalfEnabled $true"
            self._find(
                "sent folder", State.OK, f"{folder} is there. On Exchange, what colleagues send lies in it after: {switch}"
            )

    def judge_smtp_login(self, settings: Settings) -> None:
        """A password that works today, and will not for long."""
        smtp, profile = settings.smtp, settings.profile
        if profile.passwords_end and smtp.host == profile.smtp_host and isinstance(smtp.login, PasswordLogin):
            said = (
                f"{profile.name} takes passwords for sending until {profile.passwords_end}, unless an administrator prolongs it"
            )
            self._find("smtp login", State.WARNING, said, "write smtp.auth: {kind: microsoft, …}, as for the mailbox")

    async def _check_smtp(self) -> None:
        if self._settings is None or "smtp" in self._without:
            self._not_tried("smtp", "the settings or their secrets cannot be had")
            return
        self.judge_smtp_login(self._settings)
        smtp, transport = self._settings.smtp, open_transport(self._settings)
        try:
            await transport.check()
        except (SendTrouble, ConfigError) as trouble:
            todo = f"see smtp in the settings: {smtp.host}:{smtp.port}, security {smtp.security}, user and secret"
            self._find("smtp", State.FAILED, f"{type(trouble).__name__}: {trouble}", todo)
            return
        finally:
            await transport.close()
        login = "lets us in" if smtp.user else "answers, and wants no login"
        self._find("smtp", State.OK, f"{smtp.host}:{smtp.port} {login}")
        self._say_what_protects("smtp", smtp.security)

    async def _check_scanner(self) -> None:
        if self._settings is None or self._settings.scanner.socket is None:
            return
        try:
            version = await ClamdScanner(self._settings.scanner.socket, seconds=10).check()
        except ScannerAway as away:
            todo = f"see scanner.socket in the settings: {self._settings.scanner.socket}; without it no attachment goes on"
            self._find("scanner", State.FAILED, str(away), todo)
            return
        self._find("scanner", State.OK, version)

    def _say_what_protects(self, check: str, security: Security) -> None:
        """Settings that would send a password to another machine in clear do not load."""
        if security is not Security.NONE:
            self._find(check, State.OK, f"the connection is protected ({security}), and the certificate is right")


def last_known_day(calendar: Calendar) -> date:
    """The last day of the last year of which any bank holiday is known: a year is never taken for one without any."""
    years = {day.year for day in calendar.closed}
    year = calendar.first.year
    while year in years and year < calendar.last.year:
        year += 1
    return calendar.last if year in years else date(year - 1, 12, 31)
