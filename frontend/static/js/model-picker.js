// <model-picker>: the combo-box whose value is the name of a model. Without it the field has a <datalist>.
// The field asks for options itself (hx-get, on `input` and on our event `browse`) and htmx puts them into the list box.

customElements.define(
  "model-picker",
  class extends customElements.get("combo-box") {
    connectedCallback() {
      if (this.input) return;
      super.connectedCallback();
      this.chosen = this.input.value;
      this.input.addEventListener("blur", () => this.settle());
      // The browser's own `change` comes with the blur, whatever became of the typed words; the one that counts is ours.
      this.addEventListener("change", (event) => event.isTrusted && event.target === this.input && event.stopPropagation(), true);
    }

    // Words that name no model stay as well, and are refused when they are sent: in their place the model before would
    // be asked, at a price that nobody was shown.
    settle() {
      const typed = this.input.value.trim();
      if (typed && typed !== this.chosen) this.take(typed);
      else this.leave();
    }

    take(model) {
      this.chosen = model;
      this.closest("form")?.querySelector(".composer__error")?.remove(); // it was about the model before
      this.leave();
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    leave() {
      this.input.value = this.chosen;
      this.toggle(false);
    }
  },
);
