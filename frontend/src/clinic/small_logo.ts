const [WIDEST, HIGHEST] = [600, 300];

/** A picture as a PNG of at most 600 × 300 pixels, in base64: more than a letterhead prints. */
export async function smallLogo(file: File): Promise<string> {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, WIDEST / picture.width, HIGHEST / picture.height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  // Paper is white, also where a logo is transparent.
  context?.rect(0, 0, canvas.width, canvas.height);
  if (context) context.fillStyle = "white";
  context?.fill();
  context?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return canvas.toDataURL("image/png").replace(/^data:[^,]*,/, "");
}
