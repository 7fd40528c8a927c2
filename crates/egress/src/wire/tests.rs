use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Budget, Metered};

#[tokio::test]
async fn no_byte_past_the_budget_leaves_the_socket() {
    let (mut far, near) = tokio::io::duplex(64);
    far.write_all(b"0123456789").await.unwrap();
    let budget = Budget::new(4);
    let mut metered = Metered::new(near, budget.clone());
    let mut seen = [0; 10];
    assert_eq!(metered.read(&mut seen).await.unwrap(), 4);
    assert!(budget.is_spent());
    assert!(metered.read(&mut seen).await.is_err());
    budget.set(3);
    assert_eq!(metered.read(&mut seen).await.unwrap(), 3);
    assert_eq!(&seen[..3], b"456", "nothing was taken between the budgets");
    assert_eq!(budget.read(), 7);
}

#[tokio::test]
async fn writing_and_the_end_pass_through() {
    let (mut far, near) = tokio::io::duplex(64);
    let mut metered = Metered::new(near, Budget::new(100));
    metered.write_all(b"question").await.unwrap();
    let mut heard = [0; 8];
    far.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"question");
    drop(far);
    assert_eq!(
        metered.read(&mut heard).await.unwrap(),
        0,
        "the end of the stream isn't the end of the budget"
    );
}
