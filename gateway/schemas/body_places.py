"""Parts of the body, in the words of the API."""

from typing import Literal

BodySite = Literal[
    "head_neck", "upper_extremity", "lower_extremity", "anterior_torso", "posterior_torso",
    "lateral_torso", "palms_soles", "oral_genital",
]  # fmt: skip
BodyRegion = Literal[
    "scalp_front", "scalp_vertex", "scalp_parietal", "scalp_occipital", "forehead", "temple",
    "eyebrow", "upper_eyelid", "lower_eyelid", "nose", "cheek", "preauricular", "ear",
    "postauricular", "upper_lip", "lower_lip", "chin", "jawline", "neck_front", "neck_side",
    "nape", "supraclavicular", "infraclavicular", "sternum", "breast", "areola", "lower_chest",
    "upper_abdomen", "umbilicus", "lower_abdomen", "groin", "axilla", "upper_back", "mid_back",
    "lower_back", "buttock", "shoulder", "upper_arm_front", "upper_arm_back", "elbow_crease",
    "elbow", "forearm_front", "forearm_back", "wrist_front", "wrist_back", "hand_back",
    "thumb_back", "index_finger_back", "middle_finger_back", "ring_finger_back",
    "little_finger_back", "thigh_front", "thigh_inner", "thigh_back", "knee", "knee_hollow",
    "shin", "calf", "ankle_inner", "ankle_outer", "foot_top_inner", "foot_top_outer", "toes",
    "palm", "thenar", "hypothenar", "thumb_palmar", "index_finger_palmar", "middle_finger_palmar",
    "ring_finger_palmar", "little_finger_palmar", "heel", "sole_inner", "sole_outer",
    "forefoot_sole", "great_toe_plantar", "second_toe_plantar", "third_toe_plantar",
    "fourth_toe_plantar", "little_toe_plantar", "mouth", "genitals", "perineum", "anus",
]  # fmt: skip
BodySide = Literal["left", "right"]
BodyView = Literal["front", "back", "head_right", "head_left", "palms", "soles"]
