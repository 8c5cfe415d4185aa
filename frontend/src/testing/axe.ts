import axe from "axe-core";

/** What keeps some people from using this, as far as a machine can tell without seeing it. */
export async function faultsOf(element: Element): Promise<string[]> {
  const { violations } = await axe.run(element, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } }, // there are no colours in jsdom
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
}
