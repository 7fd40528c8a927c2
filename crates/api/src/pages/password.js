// Sets a password by the link that the page was opened with. What stands behind the "#" is taken out of the address at once,
// so that it stays neither in the history nor on the screen.
"use strict";

const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

const at = (id) => document.getElementById(id);
const say = (id, text) => {
  at("error").textContent = "";
  at("done").textContent = "";
  at(id).textContent = text;
};

if (token) {
  at("form").hidden = false;
  at("password").focus();
} else {
  say("error", "This link is not whole. Open it as you got it, or ask for another one.");
}

at("show").addEventListener("change", (event) => {
  at("password").type = event.target.checked ? "text" : "password";
});

at("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  at("send").disabled = true;
  try {
    const answer = await fetch("/api/auth/setpassword", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ Token: token, NewPassword: at("password").value }),
    });
    const body = await answer.json();
    if (answer.ok) {
      at("form").hidden = true;
      say("done", body.Message);
    } else {
      say("error", wrong(body));
    }
  } catch {
    say("error", "The desk can't be reached. Try again.");
  }
  at("send").disabled = false;
});

// The words of the desk, as a person reads them.
function wrong(body) {
  const errors = body.Errors || [];
  if (errors.some((error) => error.PropertyName === "Token")) {
    return "This link was used, or has ended. Ask for another one.";
  }
  return errors.length ? `The password ${errors[0].Message}.` : body.Message;
}
