import { afterEach, expect, it, vi } from "vitest";
import { keepPending, pendingSignIn, type PendingSignIn } from "./pending_sign_in";

const STEP: PendingSignIn = {
  status: "two_factor_setup_required",
  enrolment_token: "e",
  expires_at: "2026-11-29T12:10:00Z",
};

afterEach(() => {
  vi.useRealTimers();
  sessionStorage.clear();
});

it("is kept in this tab until its token expires", () => {
  vi.useFakeTimers({ now: new Date("2026-11-29T12:00:00Z") });
  keepPending(STEP);
  expect(pendingSignIn()).toEqual(STEP);
  vi.setSystemTime(new Date("2026-11-29T12:10:01Z"));
  expect(pendingSignIn()).toBeNull();
  expect(sessionStorage).toHaveLength(0);
});

it("is forgotten once it has been finished", () => {
  keepPending({ ...STEP, expires_at: "2100-01-01T00:00:00Z" });
  keepPending(null);
  expect(pendingSignIn()).toBeNull();
  expect(sessionStorage).toHaveLength(0);
});
