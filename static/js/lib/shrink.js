// A picture the reader chose as base64, made smaller where it would not fit into a message to the server.

const MOST = 600_000; // bytes, in base64 a third more; a message has at most 1 MiB
const LARGEST_SIDE = 1280;

/** @param {File} file @returns {Promise<{type: string, data: string, note: string}>} throws a sentence when it is no picture */
export async function shrink(file) {
  const fits = file.size <= MOST && ["image/png", "image/jpeg", "image/webp"].includes(file.type);
  if (fits) return { type: file.type, data: await base64Of(file), note: "" };
  const picture = await createImageBitmap(file).catch(() => {
    throw new Error(`“${file.name}” is no picture that this browser can read. Choose a PNG, JPEG or WebP.`);
  });
  const scale = Math.min(1, LARGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)));
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff"; // JPEG knows no transparency: what is clear becomes paper
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const made = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
  return { type: made.type, data: await base64Of(made), note: `“${file.name}” is sent as a JPEG of ${canvas.width} × ${canvas.height}, so that it fits.` };
}

async function base64Of(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
