import type { Refusal } from "../refusals";

const reasons: Record<Refusal, string> = {
  // Said by the client itself.
  UNREACHABLE:
    "Der Server ist nicht erreichbar. Prüfen Sie die Verbindung und versuchen Sie es noch einmal.",
  UNEXPECTED_ANSWER: "Der Server hat unerwartet geantwortet. Versuchen Sie es gleich noch einmal.",

  // The call itself.
  BAD_REQUEST:
    "Der Server konnte die Anfrage nicht lesen. Laden Sie die Seite neu und versuchen Sie es noch einmal.",
  INVALID_REQUEST: "Einige Angaben fehlen oder sind ungültig. Prüfen Sie Ihre Eingaben.",
  INVALID_ID: "Diese Adresse ist unvollständig. Öffnen Sie die Seite aus einer Liste.",
  ENUM_INVALID:
    "Der Server kennt einen der Werte nicht. Laden Sie die Seite neu und versuchen Sie es noch einmal.",
  CURSOR_INVALID: "Diese Liste hat sich geändert. Laden Sie die Seite neu.",
  BODY_TOO_LARGE: "Das ist zu groß zum Senden.",
  BODY_TOO_SLOW: "Die Verbindung ist zu langsam. Versuchen Sie es über eine schnellere.",
  HEAD_TOO_LARGE: "Die Anfrage ist zu lang. Laden Sie die Seite neu.",
  HEAD_TOO_SLOW: "Die Verbindung ist zu langsam. Versuchen Sie es über eine schnellere.",
  MULTIPART_INVALID: "Die Datei ist nicht vollständig angekommen. Senden Sie sie noch einmal.",
  NOT_FOUND: "Unter dieser Adresse gibt es nichts.",
  METHOD_NOT_ALLOWED:
    "Der Server bietet das nicht an. Laden Sie die Seite neu und versuchen Sie es noch einmal.",
  IF_MATCH_REQUIRED: "Laden Sie die Seite neu, bevor Sie hier etwas ändern.",
  RATE_LIMITED: "Zu viele Versuche. Warten Sie einen Moment und versuchen Sie es noch einmal.",
  CLIENT_GONE: "Die Anfrage wurde abgebrochen.",
  CANCELLED: "Die Anfrage wurde abgebrochen.",
  DEADLINE_EXCEEDED: "Das hat zu lange gedauert. Versuchen Sie es gleich noch einmal.",
  RESOURCE_EXHAUSTED: "Der Server ist überlastet. Versuchen Sie es gleich noch einmal.",
  UNAVAILABLE: "Ein Teil von Dermis ist nicht erreichbar. Versuchen Sie es gleich noch einmal.",
  UNIMPLEMENTED: "Der Server bietet das noch nicht an. Informieren Sie Ihre Administration.",
  UNKNOWN: "Der Server konnte nicht antworten. Versuchen Sie es gleich noch einmal.",
  INTERNAL: "Bei uns ist etwas schiefgegangen. Gespeichertes ist nicht verloren.",
  DATABASE_UNAVAILABLE: "Die Datenbank ist nicht erreichbar. Versuchen Sie es gleich noch einmal.",
  STORE_UNAVAILABLE: "Der Bildspeicher ist nicht erreichbar. Versuchen Sie es gleich noch einmal.",
  REDIS_AWAY: "Ein Teil von Dermis ist nicht erreichbar. Versuchen Sie es gleich noch einmal.",
  LOGS_UNAVAILABLE: "Die Protokolle sind gerade nicht lesbar. Versuchen Sie es gleich noch einmal.",

  // Signing in.
  SIGN_IN_REQUIRED: "Ihre Sitzung ist beendet. Melden Sie sich neu an.",
  TOKEN_INVALID: "Ihre Sitzung ist ungültig. Melden Sie sich neu an.",
  TOKEN_EXPIRED: "Ihre Sitzung ist abgelaufen. Melden Sie sich neu an.",
  SESSION_ENDED: "Ihre Sitzung ist beendet. Melden Sie sich neu an.",
  REFRESH_INVALID: "Sie sind abgemeldet. Melden Sie sich neu an.",
  CREDENTIALS_INVALID: "E-Mail-Adresse oder Passwort ist falsch.",
  CHALLENGE_INVALID: "Die Anmeldung hat zu lange gedauert. Beginnen Sie noch einmal.",
  CODE_INVALID:
    "Dieser Code ist ungültig. Versuchen Sie den nächsten. Wird auch er abgelehnt, prüfen Sie die Uhr Ihres Telefons.",
  SERVICE_SECRET_INVALID:
    "Ein Dienst konnte sich nicht ausweisen. Informieren Sie Ihre Administration.",
  NOT_PERMITTED: "Ihre Rolle erlaubt das nicht.",
  TWO_FACTOR_SETUP_REQUIRED: "Richten Sie zuerst die Zwei-Faktor-Anmeldung ein.",
  FOREIGN_ORIGIN: "Diese Sitzung kann nicht von einer anderen Website aus benutzt werden.",
  TOO_MANY_ATTEMPTS: "Zu viele Versuche. Versuchen Sie es später noch einmal.",

  // Accounts.
  EMAIL_INVALID: "Das ist keine E-Mail-Adresse.",
  EMAIL_TAKEN: "Zu dieser Adresse gibt es schon ein Konto.",
  NAME_INVALID: "Geben Sie einen Namen mit 1 bis 200 Zeichen ein.",
  CLINIC_NAME_INVALID: "Geben Sie für die Klinik einen Namen mit 1 bis 200 Zeichen ein.",
  PASSWORD_TOO_SHORT: "Dieses Passwort ist zu kurz. Wählen Sie mindestens 12 Zeichen.",
  PASSWORD_TOO_LONG: "Dieses Passwort ist zu lang. Wählen Sie höchstens 128 Zeichen.",
  PASSWORD_TOO_COMMON:
    "Dieses Passwort ist zu leicht zu erraten. Nehmen Sie mehr oder seltenere Wörter.",
  PASSWORD_WRONG: "Das Passwort ist falsch.",
  LINK_INVALID: "Dieser Link gilt nicht mehr. Fordern Sie einen neuen an.",
  INVITATION_INVALID: "Diese Einladung gilt nicht mehr. Bitten Sie um eine neue.",
  TWO_FACTOR_ALREADY_ON: "Die Zwei-Faktor-Anmeldung ist schon eingeschaltet.",
  TWO_FACTOR_NOT_SET_UP: "Die Zwei-Faktor-Anmeldung ist nicht eingerichtet.",
  TWO_FACTOR_REQUIRED: "Für Ihr Konto ist ein zweiter Faktor vorgeschrieben.",
  USER_NOT_FOUND: "Dieses Konto gibt es nicht mehr.",
  HANDOFF_INVALID: "Dieser Code gilt nicht mehr. Lassen Sie sich am Computer einen neuen anzeigen.",
  HANDOFF_CLAIMED:
    "Ein anderes Handy verwendet diesen Code. Ist es nicht Ihres, trennen Sie es am Computer.",
  HANDOFF_NOT_FOUND: "Dieses Handy ist nicht mehr verbunden.",
  SESSION_NOT_FOUND: "Diese Sitzung ist schon beendet.",
  CLINIC_NOT_FOUND: "Diese Klinik gibt es nicht.",
  CLINIC_REQUIRED: "Wer behandelt, gehört zu einer Klinik. Wählen Sie eine aus.",
  ROLE_INVALID: "Diese Rolle kann kein Konto haben.",
  LAST_ADMINISTRATOR:
    "Das ist das letzte aktive Administrationskonto. Ernennen Sie zuerst ein anderes.",
  NOT_CLINIC_OWNER: "Das kann nur die Leitung der Klinik.",
  LAST_OWNER:
    "Die Klinik hätte dann keine Leitung mehr. Nehmen Sie zuerst jemanden in die Leitung auf.",
  INVITATION_NOT_FOUND: "Diese Einladung ist nicht mehr offen.",
  JOIN_REQUEST_NOT_FOUND: "Über diese Anfrage ist schon entschieden. Laden Sie die Seite neu.",
  ADDRESS_INVALID: "Geben Sie eine Anschrift mit höchstens 500 Zeichen ein.",
  TIME_ZONE_INVALID: "Wählen Sie eine Zeitzone aus der Liste.",
  LOGO_INVALID: "Das Logo muss ein Bild in PNG oder JPEG mit höchstens 2 MB sein.",
  CHANGE_INVALID: "Dieser Versionsname ist zu lang.",

  // The record.
  NO_CLINIC: "Ihr Konto gehört zu keiner Klinik. Wenden Sie sich an Ihre Administration.",
  PATIENT_NOT_FOUND: "In Ihrer Klinik gibt es diesen Patienten nicht.",
  LESION_NOT_FOUND: "In Ihrer Klinik gibt es diese Hautveränderung nicht.",
  IMAGE_NOT_FOUND: "In Ihrer Klinik gibt es dieses Bild nicht.",
  DETECTION_NOT_FOUND: "In Ihrer Klinik gibt es dieses Ergebnis nicht.",
  PATIENT_ARCHIVED: "Diese Akte ist archiviert. Stellen Sie sie zuerst wieder her.",
  PATIENT_MERGED: "Diese Akte ist Teil einer anderen. Öffnen Sie jene.",
  MERGE_WITH_ITSELF: "Wählen Sie eine andere Akte zum Zusammenführen.",
  MERGE_NOT_FOUND: "Diese Akten sind nicht zusammengeführt.",
  MERGE_ADDED_TO:
    "Seit dem Zusammenführen kam etwas hinzu oder wurde geändert, deshalb lassen sich die Akten nicht mehr trennen. Verschieben Sie Fotos stattdessen einzeln.",
  RECORD_BUSY: "Gerade arbeitet jemand in einer der Akten. Versuchen Sie es gleich noch einmal.",
  RECORD_NUMBER_TAKEN: "Diese Aktennummer ist in Ihrer Klinik schon vergeben.",
  VERSION_CONFLICT:
    "Inzwischen hat jemand anders etwas geändert. Laden Sie neu und wiederholen Sie Ihre Änderung.",
  TEXT_REQUIRED: "Diese Angabe darf nicht leer sein.",
  TEXT_TOO_LONG: "Dieser Text ist zu lang. Kürzen Sie ihn.",
  TEXT_NOT_ALLOWED: "Dieser Text enthält Steuerzeichen. Tippen Sie ihn neu ein.",
  DATE_INVALID: "Das ist kein Datum.",
  DATE_TOO_EARLY: "Das Datum darf nicht vor 1900 liegen.",
  DATE_IN_FUTURE: "Das Datum darf nicht in der Zukunft liegen.",
  FITZPATRICK_TYPE_INVALID: "Wählen Sie einen Hauttyp von I bis VI.",
  POSITION_INVALID: "Markieren Sie die Körperstelle noch einmal.",
  VERDICT_REQUIRED: "Wählen Sie Ihre Beurteilung.",
  NOTHING_TO_AGREE_WITH:
    "Das Modell kann dieses Foto nicht beurteilen; es gibt keine Einordnung, der Sie zustimmen könnten. Geben Sie eine eigene Beurteilung ab.",
  DETECTION_NOT_COMPLETE:
    "Das Modell hat noch nicht geantwortet, es gibt also nichts, dem Sie zustimmen könnten.",
  WITHDRAWAL_SAYS_MORE:
    "Eine Rücknahme nimmt eine Beurteilung zurück und enthält sonst höchstens eine Notiz.",
  DIAGNOSIS_UNKNOWN: "Diese Diagnose steht nicht auf der Liste. Schreiben Sie sie als Freitext.",
  DIAGNOSIS_CONTRADICTS: "Die Diagnose widerspricht der Beurteilung. Ändern Sie eine von beiden.",
  CHECKLIST_INVALID: "Füllen Sie alle Punkte der Checkliste aus.",
  MONITOR_DATE_INVALID: "Wählen Sie ein Datum von heute bis in zehn Jahren.",
  HISTOLOGY_UNEXPECTED: "Eine Histologie gehört zur Beurteilung einer Biopsie.",
  REVIEW_NOT_FOUND: "Diese Beurteilung gibt es nicht.",
  REVIEW_REPLACED: "Diese Beurteilung wurde inzwischen berichtigt oder zurückgenommen.",
  WORKLIST_KIND_REQUIRED: "Wählen Sie eine Arbeitsliste.",
  ASSIGNMENTS_INVALID: "Wählen Sie 1 bis 200 Fotos, jedes nur einmal.",
  ASSIGNMENT_CHANGED:
    "Jemand aus dem Team hat eines dieser Fotos inzwischen anders zugewiesen. Es wurde nichts geändert: Sehen Sie sich die Liste noch einmal an.",
  COLLEAGUE_NOT_FOUND: "In Ihrer Klinik arbeitet niemand mit diesem Konto.",

  // Photos.
  IMAGE_EMPTY: "Die Datei ist leer. Wählen Sie ein Foto.",
  IMAGE_TOO_LARGE: "Die Datei ist größer als 20 MiB. Exportieren Sie das Foto kleiner.",
  NOT_AN_IMAGE:
    "Diese Datei lässt sich nicht als Foto lesen. Senden Sie JPEG, PNG, HEIC, WebP oder TIFF.",
  IMAGE_TOO_MANY_PIXELS: "Das Foto hat mehr als 50 Megapixel. Exportieren Sie das Foto kleiner.",
  IMAGE_ANIMATED: "Die Datei enthält mehrere Bilder. Wählen Sie ein einzelnes Foto.",
  IMAGE_TRUNCATED: "Das Foto ist abgeschnitten oder beschädigt. Senden Sie die Datei noch einmal.",
  IMAGE_LOST: "Das gespeicherte Bild fehlt. Informieren Sie Ihre Administration.",
  IMAGE_VOIDED: "Dieses Foto ist als Irrtum markiert. Stellen Sie es zuerst wieder her.",
  IMAGE_IS_OVERVIEW:
    "Ein Übersichtsfoto gehört zu keiner Hautveränderung und wird vom Modell nicht beurteilt.",
  IMAGE_NOT_OVERVIEW: "Das ist kein Übersichtsfoto: Es zeigt eine Hautveränderung, keine Region.",
  OVERVIEW_REGION_REQUIRED: "Wählen Sie, welchen Körperteil das Übersichtsfoto zeigt.",
  PIN_INVALID: "Ein Pin muss auf dem Foto liegen.",
  TOO_MANY_PINS: "Ein Übersichtsfoto trägt höchstens 200 Pins. Entfernen Sie zuerst einen.",
  MARKING_NOT_FOUND: "Diese Markierung gibt es nicht.",
  MARKING_INVALID:
    "So lässt sich das nicht einzeichnen. Zeichnen Sie es noch einmal, größer und auf dem Foto.",
  OUTLINE_CROSSES_ITSELF:
    "Der Umriss kreuzt sich selbst und hat so keine Fläche. Zeichnen Sie ihn noch einmal.",
  SCALE_INVALID: "Geben Sie eine Strecke von 0,1 bis 2.000 Millimetern ein.",
  TOO_MANY_MARKINGS: "Ein Foto trägt höchstens 100 Markierungen. Entfernen Sie zuerst eine.",
  RESTORE_TOO_LATE:
    "Dieses Foto wurde vor mehr als 30 Tagen als Irrtum markiert. Laden Sie es neu hoch.",
  CAPTURED_TOO_EARLY: "Das Foto kann nicht vor 1900 aufgenommen worden sein.",
  CAPTURED_IN_FUTURE:
    "Das Foto kann nicht in der Zukunft aufgenommen worden sein. Prüfen Sie die Uhrzeit.",
  TOO_MANY_UPLOADS:
    "Gerade sind zu viele Fotos auf einmal unterwegs. Versuchen Sie es gleich noch einmal.",
  UPLOAD_TOO_SLOW: "Das Hochladen hat zu lange gedauert. Versuchen Sie es noch einmal.",
  UPLOAD_RACED: "Die Akte hat sich inzwischen geändert. Versuchen Sie es noch einmal.",
  IDEMPOTENCY_KEY_TOO_LONG:
    "Das Hochladen ließ sich nicht wiederholen. Fügen Sie das Foto neu hinzu.",
  IDEMPOTENCY_KEY_REUSED:
    "Das Hochladen ließ sich nicht wiederholen. Fügen Sie das Foto neu hinzu.",
  HEADER_EXPECTED: "Das Foto ist nicht vollständig angekommen. Senden Sie es noch einmal.",
  HEADER_REPEATED: "Das Foto ist nicht vollständig angekommen. Senden Sie es noch einmal.",
  LENGTH_MISMATCH: "Das Foto ist nicht vollständig angekommen. Senden Sie es noch einmal.",
  DIGESTS_INVALID: "Nach diesen Dateien kann nicht gesucht werden. Wählen Sie weniger auf einmal.",
  DIGEST_MISMATCH: "Das Foto ist nicht vollständig angekommen. Senden Sie es noch einmal.",

  // The model's answers.
  NOT_DIAGNOSED: "Es gibt noch kein Ergebnis.",
  MODEL_UNAVAILABLE: "Das Modell antwortet nicht. Versuchen Sie es gleich noch einmal.",
  MODEL_FAILED: "Das Modell ist an diesem Foto gescheitert. Nehmen Sie ein neues auf.",
  MODEL_RETIRED:
    "Die Version, die dieses Foto eingeordnet hat, ist nicht mehr geladen. Lassen Sie es neu einordnen.",
  FINDING_INVALID:
    "Das Modell hat keine brauchbare Antwort gegeben. Informieren Sie Ihre Administration.",
  FAILURE_REASON_INVALID:
    "Das Modell hat keine brauchbare Antwort gegeben. Informieren Sie Ihre Administration.",
  OUTCOME_REQUIRED:
    "Das Modell hat keine brauchbare Antwort gegeben. Informieren Sie Ihre Administration.",
  LIMIT_INVALID: "So viele Ergebnisse lassen sich nicht auf einmal abschließen.",
  LEASE_INVALID: "So lange lässt sich dieses Ergebnis nicht reservieren.",
  LEASE_ENDED: "Dieses Ergebnis ist schon abgeschlossen.",
  RETRY_INVALID: "So lange lässt sich dieses Ergebnis nicht aufschieben.",

  // Archives and releases.
  NO_MODEL_STORE:
    "Diese Installation hat keinen Modellspeicher. Informieren Sie Ihre Administration.",
  ARCHIVE_REFUSED: "Dermis darf dieses Archiv nicht ausführen.",
  TOO_MANY_ARCHIVES:
    "Gerade wird ein anderes Archiv hochgeladen. Versuchen Sie es danach noch einmal.",
  MODEL_NAME_WRONG: "Das Archiv enthält ein anderes Modell als das hier eingesetzte.",
  VERSION_TAKEN: "Ein anderes Archiv hat schon diese Version. Erhöhen Sie die Version.",
  VERSION_NOT_FOUND: "Diese Version gibt es nicht.",
  VERSION_RETIRED: "Diese Version ist ausgemustert. Lassen Sie sie zuerst wieder zu.",
  VERSION_NOT_RETIRED: "Diese Version ist nicht ausgemustert.",
  VERSION_IN_USE:
    "Diese Version ist im Einsatz oder Kandidat. Geben Sie erst eine andere frei oder ziehen Sie sie zurück.",
  VERSION_NEVER_LIVE: "Diese Version war hier nie im Einsatz. Geben Sie sie stattdessen frei.",
  ENTRY_SOUND: "Dieser Eintrag ist lesbar und gehört zum Verlauf.",
  ENTRY_DAMAGED:
    "Ein Eintrag im Modellspeicher ist beschädigt. Stellen Sie ihn aus einer Sicherung wieder her oder mustern Sie ihn aus.",
  REFERENCE_CASES_NOT_READY:
    "Noch keine Version hat die mitgelieferten Fälle beantwortet. Geben Sie zuerst eine frei.",
  REFERENCE_CASES_ONE_SIDED: "Mindestens ein gutartiger und ein bösartiger Fall müssen bleiben.",
  REFERENCE_CASES_TOO_MANY: "Mehr als 2.000 Referenzfälle sind nicht möglich.",
  REFERENCE_PHOTO_MISSING: "Das Foto zu diesem Fall fehlt.",
  APPROVAL_MISSING: "Zuerst muss jemand anderes dieser Version zustimmen.",
  ALREADY_LIVE: "Diese Version ist schon aktiv.",
  NOTHING_LIVE: "Geben Sie zuerst eine Version frei.",
  NOTHING_BEFORE: "Vorher wurde keine andere Version freigegeben.",
  RELEASE_RACE:
    "Jemand anders war schneller. Prüfen Sie das Freigabeprotokoll und versuchen Sie es noch einmal.",
  CANDIDATE_UNDER_WAY:
    "Neben der aktiven Version läuft schon ein Canary oder ein Schattenlauf. Ziehen Sie diese Version zuerst zurück oder geben Sie sie frei.",
  NO_CANDIDATE: "Es gibt keinen Canary und keinen Schattenlauf mehr.",
  TRIAL_MISSING: "Diese Version muss zuerst einen Test bestehen.",
  TRIAL_FAILED: "Diese Version hat ihren Test nicht bestanden.",
  EVALUATION_MISSING: "In der Modellkarte fehlt die Auswertung, die verglichen werden soll.",
  METRICS_WORSE: "Diese Version ist schlechter als die aktive.",
};

export default reasons;
