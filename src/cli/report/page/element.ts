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

/** A button; `name` is what a screen reader says, where that is not the label. */
export function button(label: string, press: () => void, name?: string): HTMLButtonElement {
  const made = element('button', { type: 'button', ...(name && { 'aria-label': name }) }, [label]);
  made.addEventListener('click', press);
  return made;
}

/** A button that shows whether something is seen, and hides or shows it: its name is in `hidden` or not. */
export function toggle<Name>(content: readonly (Node | string)[], name: Name, hidden: Set<Name>, changed: () => void) {
  const made = button('', () => {
    const isHidden = !hidden.delete(name);
    if (isHidden) hidden.add(name);
    made.setAttribute('aria-pressed', String(!isHidden));
    changed();
  });
  made.setAttribute('aria-pressed', 'true');
  made.append(...content);
  return made;
}

export function onWidth(place: HTMLElement, changed: () => void): void {
  let across = place.clientWidth;
  new ResizeObserver(() => {
    if (place.clientWidth === across) return;
    across = place.clientWidth;
    changed();
  }).observe(place);
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
