// <live-transcript>: stays at its end while an answer grows, but only for a reader who is there already;
// everybody else is left in peace and gets the button [data-jump].

const NEAR_PX = 96;

customElements.define(
  "live-transcript",
  class extends HTMLElement {
    connectedCallback() {
      this.isFollowing = true;
      if (location.hash) this.look();
      this.onScroll = () => this.look();
      this.onClick = (event) => event.target.closest?.("[data-jump]") && this.toEnd();
      addEventListener("scroll", this.onScroll, { passive: true });
      document.addEventListener("click", this.onClick);
      // Growth of any kind: a new message, streamed text, a picture that has arrived.
      this.growth = new ResizeObserver(() => this.follow());
      this.growth.observe(this);
      // Whoever sends a question wants to see it, wherever they were reading.
      this.arrivals = new MutationObserver((changes) => {
        const added = changes.flatMap((change) => [...change.addedNodes]);
        if (added.some((node) => node.matches?.(".message--user"))) this.toEnd();
      });
      this.arrivals.observe(this, { childList: true });
    }

    disconnectedCallback() {
      removeEventListener("scroll", this.onScroll);
      document.removeEventListener("click", this.onClick);
      this.growth.disconnect();
      this.arrivals.disconnect();
    }

    look() {
      const page = document.scrollingElement;
      this.isFollowing = page.scrollHeight - page.scrollTop - innerHeight < NEAR_PX;
      this.offer();
    }

    follow() {
      // A question that becomes a form makes the page grow as well, and whoever edits it must not be carried away from it.
      if (this.isFollowing && !this.querySelector(".message--editing")) this.toEnd();
      else this.offer();
    }

    toEnd() {
      this.isFollowing = true;
      document.scrollingElement.scrollTop = document.scrollingElement.scrollHeight;
      this.offer();
    }

    offer() {
      const button = document.querySelector("[data-jump]");
      if (button) button.hidden = this.isFollowing;
    }
  },
);
