// <recipe-file>: a recipe file may be dropped anywhere on the page. Without it the file is chosen in the form.
// It looks first, and leaves to the composer what is dropped there, but for JSON, which is no picture to work with.

customElements.define(
  "recipe-file",
  class extends HTMLElement {
    connectedCallback() {
      this.leave = new AbortController();
      const first = { signal: this.leave.signal, capture: true };
      document.addEventListener("dragover", (event) => this.over(event), first);
      document.addEventListener("dragleave", (event) => event.relatedTarget || this.mark(false), first);
      document.addEventListener("drop", (event) => this.drop(event), first);
    }

    disconnectedCallback() {
      this.leave.abort();
    }

    // While it is dragged only the kind of a file is known, not its name.
    over(event) {
      const [item] = [...event.dataTransfer.items].filter((item) => item.kind === "file");
      const takes = item && this.takes(item.type, event.target);
      this.mark(takes);
      if (!takes) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
    }

    drop(event) {
      this.mark(false);
      const [file] = event.dataTransfer.files;
      if (!file || !this.takes(file.type, event.target)) return;
      event.preventDefault();
      event.stopPropagation();
      const input = this.querySelector("input[type=file]");
      const one = new DataTransfer();
      one.items.add(file);
      input.files = one.files;
      input.dispatchEvent(new Event("change", { bubbles: true })); // which sends it, as when it is chosen
    }

    takes(type, place) {
      if (/^(application\/json|video\/(mp4|webm))$/.test(type)) return true;
      return /^image\/(png|jpeg|webp)$/.test(type) && !place.closest?.(".composer");
    }

    mark(isOver) {
      this.toggleAttribute("data-over", Boolean(isOver));
    }
  },
);
