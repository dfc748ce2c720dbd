"""The diagnoses that a clinician can choose by code; free text stands beside or instead of one.

ICD-O-3 (second revision) gives the morphology, ICD-11 (MMS) the disease. What isn't a neoplasm, or
only a step before one, has no morphology.
"""

from dataclasses import dataclass

from service_kit.errors import DomainError
from service_kit.reasons import Reason


@dataclass(frozen=True, slots=True)
class Code:
    """A diagnosis of the list.

    Attributes:
        icd_o: ICD-O-3 morphology and behaviour; "" where it has none.
        icd_11: code of the ICD-11's list for mortality and morbidity.
        malignant: whether a verdict with it says malignant; None where that is a matter of
            judgement.
    """

    icd_o: str
    icd_11: str
    malignant: bool | None


DIAGNOSES = {
    "melanoma": Code("8720/3", "2C30", True),
    "melanoma_superficial_spreading": Code("8743/3", "2C30.0", True),
    "melanoma_nodular": Code("8721/3", "2C30.1", True),
    "melanoma_lentigo_maligna": Code("8742/3", "2C30.2", True),
    "melanoma_acral_lentiginous": Code("8744/3", "2C30.3", True),
    "melanoma_in_situ": Code("8720/2", "2E63.0", True),
    "basal_cell_carcinoma": Code("8090/3", "2C32", True),
    "squamous_cell_carcinoma": Code("8070/3", "2C31", True),
    "bowen_disease": Code("8081/2", "2E64", True),
    "merkel_cell_carcinoma": Code("8247/3", "2C34", True),
    "actinic_keratosis": Code("", "EK90.0", None),
    "nevus": Code("8720/0", "2F20", False),
    "nevus_atypical": Code("8727/0", "2F20.1", False),
    "nevus_congenital": Code("8761/0", "2F20.2", False),
    "nevus_spitz": Code("8770/0", "2F20", None),
    "nevus_blue": Code("8780/0", "2F20", False),
    "seborrheic_keratosis": Code("8052/0", "2F21.0", False),
    "dermatofibroma": Code("8832/0", "2F23.0", False),
    "hemangioma": Code("9120/0", "2E81", False),
}


def checked_code(code: str, field: str) -> str:
    """A code of the list, or "" for none.

    Raises:
        DomainError: INVALID_ARGUMENT / DIAGNOSIS_UNKNOWN.
    """
    if code and code not in DIAGNOSES:
        raise DomainError(Reason.DIAGNOSIS_UNKNOWN, metadata={"field": field})
    return code
