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
        status.textContent = 'Selected; copy it with the keys of your system.';
      }
    });
  }
}
