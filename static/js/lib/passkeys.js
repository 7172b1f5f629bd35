// Between the JSON a server speaks about passkeys and the bytes a browser wants (WebAuthn, level 3).

export function bytes(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

export function text(buffer) {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

// What `navigator.credentials` is given.
export function options(said) {
  const listed = (keys) => keys?.map((key) => ({ ...key, id: bytes(key.id) }));
  const made = { ...said, challenge: bytes(said.challenge) };
  if (said.user) made.user = { ...said.user, id: bytes(said.user.id) };
  if (said.excludeCredentials) made.excludeCredentials = listed(said.excludeCredentials);
  if (said.allowCredentials) made.allowCredentials = listed(said.allowCredentials);
  return made;
}

// What a server is given of what came of it.
export function answer(credential) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const response = Object.fromEntries(parts.filter((part) => credential.response[part]).map((part) => [part, text(credential.response[part])]));
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
}
