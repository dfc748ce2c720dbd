import type { components } from "@/api/generated/schema";

/** Why the server says no, as its description lists it. */
export type Reason = components["schemas"]["Problem"]["reason"];

/** What is wrong with a refused archive. */
export type ArchiveReason = NonNullable<components["schemas"]["FieldError"]["reason"]>;

/** What a refused file is. */
export type FileKind = NonNullable<components["schemas"]["Problem"]["kind"]>;

/** Every refusal that needs a text: the server's, and those that the client notices itself. */
export type Refusal = Reason | "UNREACHABLE" | "UNEXPECTED_ANSWER";
