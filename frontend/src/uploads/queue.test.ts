import { expect, test, vi } from "vitest";
import { Problem } from "@/api/problem";
import { begin } from "@/api/access";
import { addUploads, currentUploads } from "./queue";
import { sendPhoto } from "./send_photo";

vi.mock("./send_photo");

test("a photo that waits is never sent in the name of whoever signs in next", async () => {
  const send = vi.mocked(sendPhoto);
  send.mockRejectedValue(new Problem(401, "SESSION_ENDED", "Sign in again."));
  signIn("ada");
  const photo = new File(["pixels"], "mole.jpg");
  await addUploads([photo], { userId: "ada", patientId: "p-1", lesionId: null });
  await vi.waitFor(() => expect(send).toHaveBeenCalledTimes(1));
  await vi.waitFor(() => expect(currentUploads()[0]?.state).toBe("waiting"));

  signIn("noor");
  expect(currentUploads()[0]?.state).toBe("waiting");
  expect(send).toHaveBeenCalledTimes(1);

  signIn("ada");
  await vi.waitFor(() => expect(send).toHaveBeenCalledTimes(2));
});

test("a photo is said to wait only once it outlives a reload", async () => {
  signIn("ada");
  const known = currentUploads().length;
  const photos = ["one.jpg", "two.jpg"].map((name) => new File(["pixels"], name));
  const adding = addUploads(photos, { userId: "ada", patientId: "p-1", lesionId: null });
  expect(currentUploads()).toHaveLength(known);
  await adding;
  expect(currentUploads()).toHaveLength(known + photos.length);
});

function signIn(account: string): void {
  const claims = btoa(JSON.stringify({ sub: account })).replace(/=+$/, "");
  begin({
    status: "authenticated",
    token_type: "Bearer",
    access_token: `e30.${claims}.signature`,
    expires_at: new Date(Date.now() + 600_000).toISOString(),
  });
}
