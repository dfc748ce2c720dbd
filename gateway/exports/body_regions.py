"""Codes of body sites, regions and sides, for the FHIR export.

Regions are DICOM's "Dermatology Anatomic Site" (PS3.16, CID 4029, of September 2024): most are from
SNOMED CT, some from the Foundational Model of Anatomy and DICOM's own list. The shoulder, which it
lacks, is SNOMED CT's "Skin structure of shoulder". As DICOM does, the side is said apart.
"""

from typing import NamedTuple

from dermis.patient.v1 import patient_pb2 as pb

SNOMED = "http://snomed.info/sct"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_FMA = "urn:oid:2.16.840.1.113883.6.119"


class Concept(NamedTuple):
    """A code with the name that its system gives it."""

    code: str
    display: str
    system: str = SNOMED


# By ISIC's general anatomic sites. No one concept of SNOMED CT is the side of the torso, palms with
# soles, or mouth with genitals: those are said in words alone.
SITES = {
    pb.BODY_SITE_HEAD_NECK: Concept("774007", "Head and neck"),
    pb.BODY_SITE_UPPER_EXTREMITY: Concept("53120007", "Upper extremity"),
    pb.BODY_SITE_LOWER_EXTREMITY: Concept("61685007", "Lower extremity"),
    pb.BODY_SITE_ANTERIOR_TORSO: Concept("181491009", "Skin of anterior trunk"),
    pb.BODY_SITE_POSTERIOR_TORSO: Concept("66643007", "Skin of back"),
}
SIDES = {
    pb.BODY_SIDE_LEFT: Concept("7771000", "Left"),
    pb.BODY_SIDE_RIGHT: Concept("24028007", "Right"),
}
REGIONS = {
    pb.BODY_REGION_SCALP_FRONT: Concept("699900002", "Skin of frontal region of scalp"),
    pb.BODY_REGION_SCALP_VERTEX: Concept("61719002", "Skin of vertex of scalp"),
    pb.BODY_REGION_SCALP_PARIETAL: Concept("21672008", "Skin of parietal region"),
    pb.BODY_REGION_SCALP_OCCIPITAL: Concept("79951008", "Skin of occipital region"),
    pb.BODY_REGION_FOREHEAD: Concept("68698007", "Skin of forehead"),
    pb.BODY_REGION_TEMPLE: Concept("16621002", "Skin of temporal region"),
    pb.BODY_REGION_EYEBROW: Concept("367577003", "Skin of eyebrow"),
    pb.BODY_REGION_UPPER_EYELID: Concept("41310005", "Skin of upper eyelid"),
    pb.BODY_REGION_LOWER_EYELID: Concept("40069000", "Skin of lower eyelid"),
    pb.BODY_REGION_NOSE: Concept("113179006", "Skin of nose"),
    pb.BODY_REGION_CHEEK: Concept("36141000", "Skin of cheek"),
    pb.BODY_REGION_PREAURICULAR: Concept("86719006", "Skin of preauricular region"),
    pb.BODY_REGION_EAR: Concept("1902009", "Skin of ear"),
    pb.BODY_REGION_POSTAURICULAR: Concept("24483006", "Skin of postauricular region"),
    pb.BODY_REGION_UPPER_LIP: Concept("16251004", "Skin of upper lip"),
    pb.BODY_REGION_LOWER_LIP: Concept("66934001", "Skin of lower lip"),
    pb.BODY_REGION_CHIN: Concept("23747009", "Skin of chin"),
    pb.BODY_REGION_JAWLINE: Concept("244097004", "Skin of jawline"),
    pb.BODY_REGION_NECK_FRONT: Concept("11584001", "Skin of anterior portion of neck"),
    pb.BODY_REGION_NECK_SIDE: Concept("5272005", "Skin of lateral portion of neck"),
    pb.BODY_REGION_NAPE: Concept("4658004", "Skin of nuchal region"),
    pb.BODY_REGION_SUPRACLAVICULAR: Concept("76072005", "Skin of supraclavicular region of neck"),
    pb.BODY_REGION_INFRACLAVICULAR: Concept("66288003", "Skin of infraclavicular region"),
    pb.BODY_REGION_STERNUM: Concept("244107007", "Sternal skin"),
    pb.BODY_REGION_BREAST: Concept("82038008", "Skin of breast"),
    pb.BODY_REGION_AREOLA: Concept("72005009", "Skin of areola"),
    pb.BODY_REGION_LOWER_CHEST: Concept("699915001", "Skin of lower chest wall"),
    pb.BODY_REGION_UPPER_ABDOMEN: Concept("699935000", "Skin of upper abdomen"),
    pb.BODY_REGION_UMBILICUS: Concept("315003", "Skin of umbilicus"),
    pb.BODY_REGION_LOWER_ABDOMEN: Concept("699914002", "Skin of lower abdomen"),
    pb.BODY_REGION_GROIN: Concept("39687006", "Skin of inguinal region"),
    pb.BODY_REGION_AXILLA: Concept("76261009", "Skin of axilla"),
    pb.BODY_REGION_UPPER_BACK: Concept("699893008", "Skin of back of upper thoracic region"),
    pb.BODY_REGION_MID_BACK: Concept("130323", "Skin of mid back", _DICOM),
    pb.BODY_REGION_LOWER_BACK: Concept("113182001", "Skin of lower back"),
    pb.BODY_REGION_BUTTOCK: Concept("22180002", "Skin of buttock"),
    pb.BODY_REGION_SHOULDER: Concept("76552005", "Skin structure of shoulder"),
    pb.BODY_REGION_UPPER_ARM_FRONT: Concept("45981001", "Skin of anterior surface of upper arm"),
    pb.BODY_REGION_UPPER_ARM_BACK: Concept("72939005", "Skin of posterior surface of upper arm"),
    pb.BODY_REGION_ELBOW_CREASE: Concept("17957002", "Skin of antecubital fossa"),
    pb.BODY_REGION_ELBOW: Concept("181536004", "Skin of posterior surface of elbow"),
    pb.BODY_REGION_FOREARM_FRONT: Concept("70559009", "Skin of anterior surface of forearm"),
    pb.BODY_REGION_FOREARM_BACK: Concept("41550009", "Skin of posterior surface of forearm"),
    pb.BODY_REGION_WRIST_FRONT: Concept("24527008", "Skin of palmar area of wrist"),
    pb.BODY_REGION_WRIST_BACK: Concept("52876008", "Skin of dorsal area of wrist"),
    pb.BODY_REGION_HAND_BACK: Concept("281642007", "Skin of part of dorsal surface of hand"),
    pb.BODY_REGION_THUMB_BACK: Concept("38321", "Skin of dorsal part of thumb", _FMA),
    pb.BODY_REGION_INDEX_FINGER_BACK: Concept("38324", "Skin of dorsal part of index finger", _FMA),
    pb.BODY_REGION_MIDDLE_FINGER_BACK: Concept(
        "38327", "Skin of dorsal part of middle finger", _FMA
    ),
    pb.BODY_REGION_RING_FINGER_BACK: Concept("38330", "Skin of dorsal part of ring finger", _FMA),
    pb.BODY_REGION_LITTLE_FINGER_BACK: Concept(
        "38333", "Skin of dorsal part of little finger", _FMA
    ),
    pb.BODY_REGION_THIGH_FRONT: Concept("61248009", "Skin of anterior surface of thigh"),
    pb.BODY_REGION_THIGH_INNER: Concept("73958006", "Skin of medial surface of thigh"),
    pb.BODY_REGION_THIGH_BACK: Concept("4578000", "Skin of posterior surface of thigh"),
    pb.BODY_REGION_KNEE: Concept("181553006", "Skin of anterior surface of knee"),
    pb.BODY_REGION_KNEE_HOLLOW: Concept("84507004", "Skin of popliteal fossa"),
    pb.BODY_REGION_SHIN: Concept("25763004", "Skin of anterior surface of lower leg"),
    pb.BODY_REGION_CALF: Concept("47224004", "Skin of posterior surface of lower leg"),
    pb.BODY_REGION_ANKLE_INNER: Concept("181563003", "Skin of medial aspect of ankle"),
    pb.BODY_REGION_ANKLE_OUTER: Concept("181564009", "Skin of lateral aspect of ankle"),
    pb.BODY_REGION_FOOT_TOP_INNER: Concept(
        "130313", "Skin of medial part of dorsum of foot", _DICOM
    ),
    pb.BODY_REGION_FOOT_TOP_OUTER: Concept(
        "130309", "Skin of lateral part of dorsum of foot", _DICOM
    ),
    pb.BODY_REGION_TOES: Concept("52034004", "Skin of toe"),
    pb.BODY_REGION_PALM: Concept("70887009", "Skin of palm of hand"),
    pb.BODY_REGION_THENAR: Concept("26795005", "Skin of thenar region of palm"),
    pb.BODY_REGION_HYPOTHENAR: Concept("89784008", "Skin of hypothenar region of palm"),
    pb.BODY_REGION_THUMB_PALMAR: Concept("38341", "Skin of palmar part of thumb", _FMA),
    pb.BODY_REGION_INDEX_FINGER_PALMAR: Concept(
        "38344", "Skin of palmar part of index finger", _FMA
    ),
    pb.BODY_REGION_MIDDLE_FINGER_PALMAR: Concept(
        "38347", "Skin of palmar part of middle finger", _FMA
    ),
    pb.BODY_REGION_RING_FINGER_PALMAR: Concept("38354", "Skin of palmar part of ring finger", _FMA),
    pb.BODY_REGION_LITTLE_FINGER_PALMAR: Concept(
        "38357", "Skin of palmar part of little finger", _FMA
    ),
    pb.BODY_REGION_HEEL: Concept("84607009", "Skin of heel"),
    pb.BODY_REGION_SOLE_INNER: Concept("52953006", "Skin of medial border of sole of foot"),
    pb.BODY_REGION_SOLE_OUTER: Concept("35739000", "Skin of lateral border of sole of foot"),
    pb.BODY_REGION_FOREFOOT_SOLE: Concept("130317", "Skin of sole of forefoot", _DICOM),
    pb.BODY_REGION_GREAT_TOE_PLANTAR: Concept("38107", "Skin of plantar part of great toe", _FMA),
    pb.BODY_REGION_SECOND_TOE_PLANTAR: Concept("38110", "Skin of plantar part of second toe", _FMA),
    pb.BODY_REGION_THIRD_TOE_PLANTAR: Concept("38113", "Skin of plantar part of third toe", _FMA),
    pb.BODY_REGION_FOURTH_TOE_PLANTAR: Concept("38116", "Skin of plantar part of fourth toe", _FMA),
    pb.BODY_REGION_LITTLE_TOE_PLANTAR: Concept("38119", "Skin of plantar part of fifth toe", _FMA),
    pb.BODY_REGION_MOUTH: Concept("113277000", "Oral mucosa"),
    pb.BODY_REGION_GENITALS: Concept("60944009", "Skin of external genitalia"),
    pb.BODY_REGION_PERINEUM: Concept("48014002", "Skin of perineum"),
    pb.BODY_REGION_ANUS: Concept("59112000", "Skin of anus"),
}
