import { fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { show } from "@/testing/show";
import { CameraOpener } from "./CameraOpener";
import { CameraView } from "./CameraView";

/** A camera's track, as far as the page asks it. */
class FakeTrack extends EventTarget {
  isStopped = false;
  lit: boolean[] = [];
  constructor(private readonly hasTorch: boolean) {
    super();
  }
  stop() {
    this.isStopped = true;
  }
  getCapabilities() {
    return this.hasTorch ? { torch: true } : {};
  }
  applyConstraints({ advanced }: { advanced: { torch: boolean }[] }) {
    this.lit.push(advanced[0]?.torch ?? false);
    return Promise.resolve();
  }
}

function fakeCamera({ hasTorch = false, fails = "" } = {}) {
  const tracks: FakeTrack[] = [];
  const getUserMedia = vi.fn(() => {
    if (fails) return Promise.reject(new DOMException("no", fails));
    const track = new FakeTrack(hasTorch);
    tracks.push(track);
    return Promise.resolve({ getTracks: () => [track], getVideoTracks: () => [track] });
  });
  vi.stubGlobal("navigator", Object.assign(navigator, { mediaDevices: { getUserMedia } }));
  return { tracks, getUserMedia };
}

function setHidden(isHidden: boolean) {
  Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
  fireEvent(document, new Event("visibilitychange"));
}

async function showView() {
  const onPhoto = vi.fn();
  const onClose = vi.fn();
  const user = await show(<CameraView accept="image/jpeg" onPhoto={onPhoto} onClose={onClose} />);
  return { user, onPhoto, onClose };
}

/** As a browser does once the stream has its first picture. */
async function play() {
  const video = await screen.findByLabelText<HTMLVideoElement>("What the camera sees");
  Object.defineProperty(video, "videoWidth", { value: 640 });
  Object.defineProperty(video, "videoHeight", { value: 480 });
  fireEvent.playing(video);
}

describe("the camera", () => {
  beforeEach(() => {
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
    vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation((done) =>
      done(new Blob(["pixels"], { type: "image/jpeg" })),
    );
  });

  it("takes a photo, shows it, and hands it over once it is approved", async () => {
    const { getUserMedia } = fakeCamera();
    const { user, onPhoto } = await showView();
    const take = await screen.findByRole("button", { name: "Take the photo" });
    expect(take).toBeDisabled();
    await play();
    await user.click(take);
    expect(await screen.findByRole("img", { name: "The photo just taken" })).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Retake" }));
    expect(onPhoto).not.toHaveBeenCalled();
    await user.click(screen.getByRole("button", { name: "Take the photo" }));
    await user.click(await screen.findByRole("button", { name: "Use photo" }));
    const [photo, takenAt] = onPhoto.mock.calls[0] as [File, string];
    expect(photo.type).toBe("image/jpeg");
    expect(Date.now() - Date.parse(takenAt)).toBeLessThan(60_000);
    expect(getUserMedia).toHaveBeenCalledWith(
      expect.objectContaining({
        audio: false,
        video: expect.objectContaining({ facingMode: { ideal: "environment" } }) as object,
      }),
    );
    expect(getUserMedia).toHaveBeenCalledTimes(1);
  });

  it("is off while the page is hidden, and on again afterwards", async () => {
    const { tracks, getUserMedia } = fakeCamera();
    await showView();
    await play();
    setHidden(true);
    expect(tracks[0]?.isStopped).toBe(true);
    setHidden(false);
    await waitFor(() => expect(getUserMedia).toHaveBeenCalledTimes(2));
    await screen.findByLabelText("What the camera sees");
    expect(tracks[1]?.isStopped).toBe(false);
  });

  it("switches the lamp of a camera that has one", async () => {
    const { tracks } = fakeCamera({ hasTorch: true });
    const { user } = await showView();
    const lamp = await screen.findByRole("button", { name: "Light", pressed: false });
    await user.click(lamp);
    expect(await screen.findByRole("button", { name: "Light", pressed: true })).toBeVisible();
    await user.click(lamp);
    await screen.findByRole("button", { name: "Light", pressed: false });
    expect(tracks[0]?.lit).toEqual([true, false]);
  });

  it.each([
    ["NotAllowedError", "Dermis may not use the camera"],
    ["NotFoundError", "No camera was found"],
    ["NotReadableError", "The camera can't be used just now"],
  ])("after %s it says why, and offers the phone's own camera", async (fails, text) => {
    fakeCamera({ fails });
    const { user, onPhoto } = await showView();
    expect(await screen.findByRole("alert")).toHaveTextContent(text);
    expect(screen.getByRole("button", { name: "Use the phone's camera app" })).toBeVisible();
    const input = document.querySelector<HTMLInputElement>("input[capture=environment]");
    if (!input) throw new Error("There is nothing to fall back to");
    await user.upload(input, new File(["pixels"], "one.jpg", { type: "image/jpeg" }));
    expect(onPhoto).toHaveBeenCalledTimes(1);
    fakeCamera();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByLabelText("What the camera sees")).toBeInTheDocument();
  });

  it("is stopped once it is closed", async () => {
    const { tracks } = fakeCamera();
    const user = await show(
      <CameraOpener accept="image/jpeg" onPhoto={() => undefined}>
        {(props) => <button {...props}>Open</button>}
      </CameraOpener>,
    );
    await user.click(screen.getByRole("button", { name: "Open" }));
    await play();
    await user.click(screen.getByRole("button", { name: "Close the camera" }));
    await waitFor(() => expect(tracks[0]?.isStopped).toBe(true));
  });

  it("where a page can't have its picture, the phone's own camera opens", async () => {
    vi.stubGlobal("navigator", Object.assign(navigator, { mediaDevices: undefined }));
    await show(
      <CameraOpener accept="image/jpeg" onPhoto={() => undefined}>
        {(props) => <button {...props}>Open</button>}
      </CameraOpener>,
    );
    expect(document.querySelector("input[capture=environment]")).not.toBeNull();
  });
});
