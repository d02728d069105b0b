//! A token cannot be printed, copied or turned into JSON.

fn show(token: &microsoft::entra::AccessToken) {
    println!("{token}");
    println!("{token:?}");
    let _ = token.clone().expires();
    let _copy: microsoft::entra::AccessToken = token.clone();
    let _ = serde_json::to_string(token);
}

fn main() {}
