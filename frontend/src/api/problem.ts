import type { components } from "./generated/schema";

export interface FieldError {
  /** JSON pointer into the body, such as "/full_name". */
  pointer: string;
  message: string;
  /** Of a defect of an archive. */
  reason?: string | null;
}

/** A failed request: the gateway's refusal (RFC 9457), or that no answer came. */
export class Problem extends Error {
  /** HTTP status; 0 when the gateway could not be reached. */
  readonly status: number;
  /** UPPER_SNAKE, for programs. */
  readonly reason: string;
  /** Identifies the request in the logs; null if the gateway never saw it. */
  readonly requestId: string | null;
  readonly errors: FieldError[];
  /** What a refused file is, such as "dicom"; null where nobody can tell. */
  readonly kind: string | null;
  /** Seconds to wait before the next attempt, if the gateway said so. */
  readonly retryAfter: number | null;

  constructor(
    status: number,
    reason: string,
    message: string,
    more: {
      requestId?: string | null;
      errors?: FieldError[];
      kind?: string | null;
      retryAfter?: number | null;
    } = {},
  ) {
    super(message);
    this.name = "Problem";
    this.status = status;
    this.reason = reason;
    this.requestId = more.requestId ?? null;
    this.errors = more.errors ?? [];
    this.kind = more.kind ?? null;
    this.retryAfter = more.retryAfter ?? null;
  }

  /** No answer came: the browser is offline or the gateway is down. */
  get isUnreachable(): boolean {
    return this.status === 0;
  }
}

type ProblemDocument = Partial<components["schemas"]["Problem"]>;

export function problemOf(status: number, body: unknown, headers?: Headers): Problem {
  const problem = (typeof body === "object" && body !== null ? body : {}) as ProblemDocument;
  const wait = Number(headers?.get("retry-after") ?? NaN);
  return new Problem(
    status,
    problem.reason ?? "UNEXPECTED_ANSWER",
    problem.detail ?? problem.title ?? `The server answered ${status}.`,
    {
      requestId: problem.request_id ?? headers?.get("x-request-id") ?? null,
      errors: problem.errors ?? [],
      kind: problem.kind ?? null,
      retryAfter: Number.isNaN(wait) ? null : wait,
    },
  );
}

export function unreachable(): Problem {
  return new Problem(0, "UNREACHABLE", "The server could not be reached.");
}
