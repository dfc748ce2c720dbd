import type en from "./en";

/** The keys of the English texts: a language that lacks one does not compile. */
export type Catalogue<Texts = typeof en> = {
  [Key in keyof Texts]: Texts[Key] extends string ? string : Catalogue<Texts[Key]>;
};
