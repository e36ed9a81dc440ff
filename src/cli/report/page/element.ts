/** An element with attributes and children; text stays text. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  children: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** A button that does something when it is pressed. */
export function button(label: string, press: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button' }, [label]);
  made.addEventListener('click', press);
  return made;
}

/** Lets the buttons beside commands copy them; where the browser refuses, the command is selected instead. */
export function addCopyButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button.copy')) {
    const command = button.previousElementSibling;
    const status = button.nextElementSibling;
    if (command === null || status === null) continue;
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(command.textContent ?? '');
        status.textContent = 'Copied.';
      } catch {
        getSelection()?.selectAllChildren(command);
        status.textContent = 'Selected; press your usual shortcut to copy it.';
      }
    });
  }
}
