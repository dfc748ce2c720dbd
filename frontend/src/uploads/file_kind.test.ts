import { expect, it } from "vitest";
import { fileKind } from "./file_kind";

it("a file is known by the end of its name, whatever its case", () => {
  expect(fileKind("scan.2024.DCM")).toBe("dicom");
  expect(fileKind("_MG_1234.CR3")).toBe("raw");
  expect(fileKind("report.pdf")).toBe("pdf");
});

it("a name without a known end tells nothing", () => {
  expect(fileKind("photo.xyz")).toBeNull();
  expect(fileKind("pdf-less")).toBeNull();
});
