// The provider's error codes by what the agent can do about them; ``other`` for all that are not named.

const WHY = new Map(
  Object.entries({
    network: [31000, 31005, 31009, 31480, 53000, 53001],
    firewall: [31003, 53400, 53402, 53405],
    token: [20101, 20102, 20103, 20104, 20151, 20157, 31102, 31201, 31202, 31203, 31204, 31205, 31207],
    busy: [31486],
    microphone: [31208, 31401, 31402],
  }).flatMap(([why, codes]) => codes.map((code) => [code, why])),
);

export function why(error) {
  if (error?.name === "NotAllowedError" || error?.name === "NotFoundError") return "microphone";
  if (error instanceof TypeError) return "network"; // a request that reached nobody
  return WHY.get(error?.code) ?? "other";
}
