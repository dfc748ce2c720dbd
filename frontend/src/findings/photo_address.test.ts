import { expect, it } from "vitest";
import { photoAddress } from "./photo_address";

it("an entry leads to its photo where it lies now", () => {
  const photo = { patient_id: "p1", image_id: "i1" };
  expect(photoAddress({ ...photo, lesion_id: "l1" })).toBe("/patient/p1?lesion=l1&image=i1");
  expect(photoAddress({ ...photo, lesion_id: null })).toBe("/patient/p1?lesion=unsorted&image=i1");
});
