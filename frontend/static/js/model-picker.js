// <model-picker>: a combobox over options that the server renders. Without it the field has a <datalist>.
// The field asks for options itself (hx-get, on `input` and on our event `browse`) and htmx puts them into the list box.

customElements.define(
  "model-picker",
  class extends HTMLElement {
    connectedCallback() {
      if (this.input) return;
      this.input = this.querySelector(".picker__input");
      this.list = this.querySelector(".picker__list");
      this.chosen = this.input.value;
      this.input.removeAttribute("list");
      this.input.autocomplete = "off";
      for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", this.list.id]]) {
        this.input.setAttribute(name, value);
      }
      this.toggle(false);
      this.input.addEventListener("keydown", (event) => this.onKey(event));
      this.input.addEventListener("input", () => this.toggle(true));
      this.input.addEventListener("click", () => this.browse());
      this.input.addEventListener("blur", () => this.leave());
      this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
      this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
      new MutationObserver(() => this.mark(this.pick('[aria-selected="true"]') ?? this.pick("[role=option]"))).observe(this.list, { childList: true });
    }

    pick(selector) {
      return this.list.querySelector(`${selector}:not([aria-disabled=true])`);
    }

    toggle(isOpen) {
      this.list.hidden = !isOpen;
      this.input.setAttribute("aria-expanded", String(isOpen));
      if (!isOpen) this.mark(null);
    }

    browse() {
      if (!this.list.hidden) return;
      this.toggle(true);
      this.input.select();
      this.input.dispatchEvent(new CustomEvent("browse"));
    }

    mark(option) {
      this.list.querySelector("[data-active]")?.removeAttribute("data-active");
      this.input.removeAttribute("aria-activedescendant");
      if (!option || this.list.hidden) return;
      option.id ||= `${this.list.id}-${[...this.list.querySelectorAll("[role=option]")].indexOf(option)}`;
      option.dataset.active = "";
      option.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", option.id);
    }

    onKey(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const options = [...this.list.querySelectorAll("[role=option]:not([aria-disabled=true])")];
      const at = options.findIndex((option) => "active" in option.dataset);
      const next = at < 0 && step < 0 ? -1 : (at + step) % options.length; // at(-1) is the last one
      if (step && this.list.hidden) this.browse();
      else if (step) this.mark(options.at(next));
      else if (event.key === "Enter") this.choose(options[at]); // and never sends the message
      else if (event.key === "Escape" && !this.list.hidden) this.leave();
      else return;
      event.preventDefault();
    }

    choose(option) {
      if (!option || option.ariaDisabled === "true") return;
      this.chosen = this.input.value = option.dataset.value;
      this.toggle(false);
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    leave() {
      this.input.value = this.chosen;
      this.toggle(false);
    }
  },
);
