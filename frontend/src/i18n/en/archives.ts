import type { ArchiveReason } from "../refusals";

/** What is wrong with a refused archive; the server says more exactly where. */
export default {
  NOT_AN_ARCHIVE: "The file is not a whole zip file.",
  TOO_LARGE: "The archive is too large.",
  TOO_MANY_MEMBERS: "The archive has too many members.",
  DUPLICATE_MEMBER: "Two members have the same name.",
  MEMBER_TOO_LARGE: "A member is too large.",
  RATIO_TOO_HIGH: "A member unpacks to far more than its size in the archive.",
  MEMBER_ENCRYPTED: "A member is encrypted.",
  COMPRESSION_UNKNOWN: "A member is neither stored nor deflated.",
  SIGNATURE_MISSING: "Archives must be signed here, and this one is not.",
  SIGNATURE_WRONG: "Nobody who is trusted here has signed this archive.",
  NOT_THE_RELEASED: "The archive is not the one that was released.",
  PATH_ESCAPES: "A member's path leads out of the archive.",
  SYMLINK: "A member is a link.",
  MEMBER_NOT_ALLOWED: "A member has no place in a model archive.",
  MEMBER_MISSING: "A required member is missing.",
  FOREIGN_HANDLER: "The code in the archive is not what Dermis ships.",
  CARD_INVALID: "The model card is incomplete or wrong.",
  MANIFEST_INVALID: "The manifest is wrong.",
  DIGEST_MISMATCH: "A member is not what the card describes.",
  WEIGHTS_NOT_SAFETENSORS: "The weights are not a whole safetensors file.",
  WEIGHTS_NOT_FINITE: "The weights hold infinities or values that are not numbers.",
  NOVELTY_INVALID: "The data for recognising unfamiliar photos are wrong.",
  DIFFERENTIAL_INVALID: "The weights of the differential are wrong.",
  GOLDEN_INVALID: "The golden images are missing, damaged or not as listed.",
} satisfies Record<ArchiveReason, string>;
