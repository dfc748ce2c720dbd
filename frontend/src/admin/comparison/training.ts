/** Whether a field of a card tells how its version was trained. */
export function isOfTraining(field: string): boolean {
  return ["data", "trained_on"].includes(field) || field.startsWith("training.");
}

/** Its name among fields that are all of the training. */
export function recipeField(field: string): string {
  return field.replace(/^training\./, "");
}
