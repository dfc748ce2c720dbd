import type { ArchiveReason } from "../refusals";

const archives: Record<ArchiveReason, string> = {
  NOT_AN_ARCHIVE: "Die Datei ist keine vollständige ZIP-Datei.",
  TOO_LARGE: "Das Archiv ist zu groß.",
  TOO_MANY_MEMBERS: "Das Archiv enthält zu viele Dateien.",
  DUPLICATE_MEMBER: "Zwei Dateien im Archiv heißen gleich.",
  MEMBER_TOO_LARGE: "Eine Datei im Archiv ist zu groß.",
  RATIO_TOO_HIGH: "Eine Datei ist entpackt weit größer als im Archiv.",
  MEMBER_ENCRYPTED: "Eine Datei im Archiv ist verschlüsselt.",
  ARCHIVE_UNREADABLE:
    "Das Lesen hat mehr Speicher oder Zeit gebraucht als bei jedem heilen Archiv.",
  COMPRESSION_UNKNOWN: "Eine Datei im Archiv ist anders als mit Deflate gepackt.",
  SIGNATURE_MISSING: "Archive müssen hier signiert sein; dieses ist es nicht.",
  SIGNATURE_WRONG: "Niemand, dem hier vertraut wird, hat dieses Archiv signiert.",
  NOT_THE_RELEASED: "Das ist nicht das freigegebene Archiv.",
  PATH_ESCAPES: "Ein Pfad führt aus dem Archiv hinaus.",
  SYMLINK: "Das Archiv enthält einen Verweis auf eine andere Datei.",
  MEMBER_NOT_ALLOWED: "Eine Datei gehört nicht in ein Modellarchiv.",
  MEMBER_MISSING: "Eine notwendige Datei fehlt.",
  FOREIGN_HANDLER: "Der Programmcode im Archiv stammt nicht von Dermis.",
  CARD_INVALID: "Die Modellkarte ist unvollständig oder falsch.",
  MANIFEST_INVALID: "Das Manifest ist falsch.",
  DIGEST_MISMATCH: "Eine Datei ist nicht die, die die Modellkarte beschreibt.",
  WEIGHTS_NOT_SAFETENSORS: "Die Gewichte sind keine vollständige safetensors-Datei.",
  WEIGHTS_NOT_FINITE: "Die Gewichte enthalten unendliche oder ungültige Zahlen.",
  NOVELTY_INVALID: "Die Daten zum Erkennen unbekannter Fotos sind falsch.",
  DIFFERENTIAL_INVALID: "Die Gewichte der Differenzialdiagnose sind falsch.",
  GRAPH_INVALID: "Der Graph darf hier nicht laufen oder passt nicht zu Karte und Gewichten.",
  RANGES_INVALID:
    "Die Wertebereiche für 8-Bit-Arithmetik sind falsch oder gehören nicht zum Graphen.",
  GRAPH_MISSING: "Das Archiv enthält keinen Graphen, und wo es laufen würde, fehlt PyTorch.",
  GOLDEN_INVALID: "Die Referenzbilder fehlen, sind beschädigt oder falsch aufgelistet.",
};

export default archives;
