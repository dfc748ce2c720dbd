"""The words of a report, in English and German: the same as on the screen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.cautions import Caution, caution_texts
from gateway.assessments.findings import display_name
from gateway.exports.fhir_terms import INTENDED_USE
from gateway.exports.place_words import SITES, Language, place
from serving.contract.probability import LEAST, MOST

_TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Skin lesions", "born": "born {}", "skin": "Fitzpatrick type {}",
        "printed": "printed {}", "page": "Page {} of {}", "record": "Record number {}",
        "intended": INTENDED_USE,
        "nothing": "No photo of this patient has been assessed yet.",
        "left_out": "{} older results are not included in this report.",
        "risks": "Risk factors", "lesion": "Lesion {}: {}", "unsorted": "Photo without a lesion",
        "unnamed": "no description", "first_noted": "first noted {}",
        "taken": "Photo of {}", "not_assessable": "The model can't assess this photo.",
        "answer": "Model: {} · probability of malignancy {} (called malignant from {})",
        "model": "{} · right picture: where the model looked ({})",
        "likely": "Most likely diagnoses according to the model: {}",
        "about": "About the photo: {}", "no_verdict": "No clinician has given a verdict yet.",
        "replaced": "(corrected or withdrawn later)", "given_on": "Given on the answer of {}.",
        "diagnosis": "Diagnosis: {}.", "management": "Management: {}.",
        "histology": "Histology: {}.", "by": "by {}", "photo": "Photo of the lesion",
        "overlay": "The same photo with the places that the model weighed most",
        "front": "Front",
        "back": "Back", "head_right": "Head, right", "head_left": "Head, left", "palms": "Palms",
        "soles": "Soles", "pair": "First and newest photo in this report, {} days apart",
        "sign": "Place, date and signature", "logo": "Logo",
        "benign": "benign", "malignant": "malignant",
        "below": "clearly below the threshold", "borderline": "near the threshold: borderline",
        "above": "clearly above the threshold",
        "female": "female", "male": "male", "other": "other", "unknown": "sex unknown",
    },
    "de": {
        "title": "Hautveränderungen", "born": "geboren am {}", "skin": "Hauttyp {} (Fitzpatrick)",
        "printed": "gedruckt am {}", "page": "Seite {} von {}", "record": "Aktennummer {}",
        "intended": "Entscheidungshilfe, keine Diagnose. Jedes Ergebnis braucht ärztliches Urteil.",
        "nothing": "Noch kein Foto dieser Person wurde beurteilt.",
        "left_out": "{} ältere Ergebnisse stehen nicht in diesem Bericht.",
        "risks": "Risikofaktoren", "lesion": "Hautveränderung {}: {}",
        "unsorted": "Foto ohne Hautveränderung",
        "unnamed": "ohne Beschreibung", "first_noted": "erstmals bemerkt am {}",
        "taken": "Foto vom {}", "not_assessable": "Das Modell kann dieses Foto nicht beurteilen.",
        "answer": "Modell: {} · Wahrscheinlichkeit für bösartig {} (gilt als bösartig ab {})",
        "model": "{} · rechtes Bild: worauf das Modell geachtet hat ({})",
        "likely": "Wahrscheinlichste Diagnosen nach dem Modell: {}",
        "about": "Zum Foto: {}", "no_verdict": "Noch keine ärztliche Beurteilung.",
        "replaced": "(später korrigiert oder zurückgenommen)",
        "given_on": "Abgegeben zur Antwort von {}.",
        "diagnosis": "Diagnose: {}.", "management": "Vorgehen: {}.",
        "histology": "Histologie: {}.", "by": "bis {}", "photo": "Foto der Hautveränderung",
        "overlay": "Dasselbe Foto mit den Stellen, die für das Modell am meisten zählten",
        "front": "Vorne",
        "back": "Hinten", "head_right": "Kopf rechts", "head_left": "Kopf links",
        "palms": "Handflächen", "soles": "Fußsohlen",
        "pair": "Erstes und neuestes Foto dieses Berichts, {} Tage Abstand",
        "sign": "Ort, Datum und Unterschrift", "logo": "Logo",
        "benign": "gutartig", "malignant": "bösartig",
        "below": "deutlich unter der Schwelle", "borderline": "nahe der Schwelle: Grenzbereich",
        "above": "deutlich über der Schwelle",
        "unknown_for_whom":
            "Die Karte dieser Version sagt nicht, für wen sie nachweislich funktioniert.",
        "caution_age":
            "Für ein Alter von {} Jahren ist nicht belegt, dass das Modell funktioniert.",
        "caution_site":
            "Für diese Körperstelle ({}) ist nicht belegt, dass das Modell funktioniert.",
        "caution_skin_type": "Für Hauttyp {} ist nicht belegt, dass das Modell funktioniert.",
        "not_stated":
            "Ob belegt ist, dass das Modell hier funktioniert, lässt sich nicht sagen:"
            " In der Akte fehlt {}.",
        "missing_age": "das Geburtsdatum", "missing_site": "die Körperstelle",
        "missing_skin_type": "der Hauttyp",
        "female": "weiblich", "male": "männlich", "other": "divers",
        "unknown": "Geschlecht unbekannt",
    },
}  # fmt: skip
_QUALITY: dict[Language, dict[str, str]] = {
    "en": {
        "SMALL": "very few pixels", "TOO_DARK": "too dark", "TOO_BRIGHT": "overexposed",
        "NO_CONTRAST": "too little contrast to make anything out", "BLURRED": "blurred",
        "NOT_A_LESION": "unlike any photo that the model was trained on",
        "": "another doubt about the photo",
    },
    "de": {
        "SMALL": "sehr wenige Pixel", "TOO_DARK": "zu dunkel", "TOO_BRIGHT": "überbelichtet",
        "NO_CONTRAST": "zu wenig Kontrast, um etwas zu erkennen", "BLURRED": "unscharf",
        "NOT_A_LESION": "gleicht keinem der Fotos, mit denen das Modell trainiert wurde",
        "": "ein weiterer Zweifel an diesem Foto",
    },
}  # fmt: skip
_VERDICTS: dict[Language, dict[int, str]] = {
    "en": {
        pb.VERDICT_AGREES: "Agrees with the model.",
        pb.VERDICT_BENIGN: "Considers the lesion benign.",
        pb.VERDICT_MALIGNANT: "Considers the lesion malignant.",
        pb.VERDICT_BIOPSY_BENIGN: "Biopsy: benign.",
        pb.VERDICT_BIOPSY_MALIGNANT: "Biopsy: malignant.",
        pb.VERDICT_WITHDRAWN: "Withdraws the verdict.",
    },
    "de": {
        pb.VERDICT_AGREES: "Stimmt dem Modell zu.",
        pb.VERDICT_BENIGN: "Hält die Hautveränderung für gutartig.",
        pb.VERDICT_MALIGNANT: "Hält die Hautveränderung für bösartig.",
        pb.VERDICT_BIOPSY_BENIGN: "Biopsie: gutartig.",
        pb.VERDICT_BIOPSY_MALIGNANT: "Biopsie: bösartig.",
        pb.VERDICT_WITHDRAWN: "Nimmt die Beurteilung zurück.",
    },
}
_MANAGEMENT: dict[Language, dict[int, str]] = {
    "en": {
        pb.MANAGEMENT_NO_ACTION: "no action", pb.MANAGEMENT_MONITOR: "monitor",
        pb.MANAGEMENT_EXCISE: "excise", pb.MANAGEMENT_REFER: "refer",
    },
    "de": {
        pb.MANAGEMENT_NO_ACTION: "keine Maßnahme", pb.MANAGEMENT_MONITOR: "kontrollieren",
        pb.MANAGEMENT_EXCISE: "exzidieren", pb.MANAGEMENT_REFER: "überweisen",
    },
}  # fmt: skip
# Of the differential and of verdicts; what isn't here is written as its code.
_GERMAN_DIAGNOSES = {
    "actinic_keratosis": "Aktinische Keratose", "basal_cell_carcinoma": "Basalzellkarzinom",
    "dermatofibroma": "Dermatofibrom", "melanoma": "Melanom", "nevus": "Nävus",
    "pigmented_benign_keratosis": "pigmentierte benigne Keratose",
    "squamous_cell_carcinoma": "Plattenepithelkarzinom", "vascular_lesion": "vaskuläre Läsion",
}  # fmt: skip


# Of numbers: comma and point change places.
_GERMAN_SIGNS = str.maketrans(",.", ".,")
_NAMED = frozenset({"age", "site", "skin_type"})


@dataclass(frozen=True, slots=True)
class Words:
    """How a report says things, to one reader at one clinic."""

    language: Language = "en"
    zone: tzinfo = UTC

    def __call__(self, key: str, *parts: object) -> str:
        """A text by its name, with its gaps filled."""
        return _TEXTS[self.language][key].format(*parts)

    def percent(self, share: float) -> str:
        """A model's probability as on the screen: "83.4%", "> 99.9%"."""
        if share < LEAST:
            return f"< {self._percent(LEAST)}"
        return f"> {self._percent(MOST)}" if share > MOST else self._percent(share)

    def _percent(self, share: float) -> str:
        text = f"{share * 100:.1f}"
        return f"{text.replace('.', ',')} %" if self.language == "de" else f"{text}%"

    def number(self, value: float, digits: int) -> str:
        """A figure with so many decimals: "1,234.5", "1.234,5"."""
        text = f"{value:,.{digits}f}"
        return text.translate(_GERMAN_SIGNS) if self.language == "de" else text

    def day(self, day: date) -> str:
        """A day: "14 March 2026", "14.03.2026"."""
        return f"{day:%d.%m.%Y}" if self.language == "de" else f"{day.day} {day:%B %Y}"

    def iso_day(self, text: str) -> str:
        """A day that came as ISO 8601."""
        return self.day(date.fromisoformat(text))

    def moment(self, moment: datetime) -> str:
        """Day and time at the clinic, with the zone's short name."""
        there = moment.astimezone(self.zone)
        return f"{self.day(there.date())}, {there:%H:%M} {there:%Z}"

    def quality(self, codes: Iterable[str]) -> str:
        """Warnings as one phrase, each once; never a code."""
        known = _QUALITY[self.language]
        return ", ".join(dict.fromkeys(known.get(code, known[""]) for code in codes))

    def site(self, site: pb.BodySite.ValueType) -> str:
        """A body site; "" for none."""
        return SITES[self.language].get(site, "")

    def place(self, profile: pb.LesionProfile) -> str:
        """Where a lesion is, as closely as it is stated: "Cheek, left"; "" where it isn't."""
        return place(profile, self.language)

    def diagnosis(self, entry: pb.DifferentialDiagnosis) -> str:
        """A diagnosis of the differential."""
        name = display_name(entry)
        return _GERMAN_DIAGNOSES.get(entry.diagnosis, name) if self.language == "de" else name

    def established(self, diagnosis: pb.Diagnosis) -> str:
        """A clinician's or a pathologist's diagnosis, with its codes."""
        name = diagnosis.code.replace("_", " ")
        if self.language == "de":
            name = _GERMAN_DIAGNOSES.get(diagnosis.code, name)
        codes = [
            f"{system} {code}"
            for system, code in (("ICD-O", diagnosis.icd_o), ("ICD-11", diagnosis.icd_11))
            if code
        ]
        named = " – ".join(part for part in (name, diagnosis.text) if part)
        return f"{named} ({', '.join(codes)})" if codes else named

    def cautions(self, found: Sequence[Caution] | None) -> list[str]:
        """Why to rely less on an answer, in sentences.

        Args:
            found: by `cautions.cautions`; None where the model's card doesn't say.
        """
        if self.language == "en":
            return caution_texts(None if found is None else list(found))
        if found is None:
            return [self("unknown_for_whom")]
        said = [
            self(f"caution_{one.code}", self._named(one)) for one in found if one.code in _NAMED
        ]
        missing = [self(f"missing_{one.value}") for one in found if one.code == "not_stated"]
        return [*said, self("not_stated", ", ".join(missing))] if missing else said

    def _named(self, caution: Caution) -> str:
        if caution.code != "site":
            return caution.value
        return self.site(pb.BodySite.Value(f"BODY_SITE_{caution.value.upper()}"))

    def verdict(self, review: pb.Review) -> str:
        """A verdict in sentences, with all that belongs to it."""
        said = [_VERDICTS[self.language][review.verdict]]
        if review.HasField("diagnosis"):
            said.append(self("diagnosis", self.established(review.diagnosis)))
        if done := _MANAGEMENT[self.language].get(review.management):
            until = review.monitor_until and f" {self('by', self.iso_day(review.monitor_until))}"
            said.append(self("management", f"{done}{until}"))
        if review.HasField("histology"):
            found = review.histology
            known = (
                self.established(found.diagnosis),
                found.reported_on and self.iso_day(found.reported_on),
                found.source,
            )
            said.append(self("histology", ", ".join(part for part in known if part)))
        if review.note:
            said.append(review.note)
        if review.given_on.model_version:
            version = f"{review.given_on.model_name} {review.given_on.model_version}"
            said.append(self("given_on", version))
        return " ".join(said)


def texts() -> Mapping[Language, Mapping[str, str]]:
    """All texts, for the test that no language lacks one."""
    return _TEXTS
