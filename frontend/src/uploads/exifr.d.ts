/** The library's whole reader, which has no types under this name; only what is used here. */
declare module "exifr/dist/full.esm.mjs" {
  export function parse(
    data: ArrayBuffer,
    options: { pick: string[]; reviveValues: boolean },
  ): Promise<Record<string, unknown> | undefined>;
}
