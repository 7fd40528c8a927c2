//! A key store that a test can watch, stop and fail.

use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use crate::key_store::{
    BusinessKeyChange, BusinessKeyRow, FileKeyChange, FileKeyRow, KeyCount, KeyStore, KeyStoreError,
    PutBusinessKeys, PutFileKey,
};

/// What a test does before each call.
#[async_trait]
pub trait Hook: Send + Sync {
    /// Told the name of the method that is called; the call fails with what this fails with.
    async fn before(&self, call: &'static str) -> Result<(), KeyStoreError>;
}

/// Another key store, with a hook before each call.
pub struct Hooked<H> {
    /// The store.
    pub store: Arc<dyn KeyStore>,
    /// The hook.
    pub hook: H,
}

#[async_trait]
impl<H: Hook> KeyStore for Hooked<H> {
    async fn put(&self, key: &FileKeyRow) -> Result<PutFileKey, KeyStoreError> {
        self.hook.before("put").await?;
        self.store.put(key).await
    }

    async fn get(&self, id: Uuid) -> Result<Option<Vec<u8>>, KeyStoreError> {
        self.hook.before("get").await?;
        self.store.get(id).await
    }

    async fn delete(&self, id: Uuid) -> Result<bool, KeyStoreError> {
        self.hook.before("delete").await?;
        self.store.delete(id).await
    }

    async fn ids(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<Uuid>, KeyStoreError> {
        self.hook.before("ids").await?;
        self.store.ids(after, limit).await
    }

    async fn file_keys(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<FileKeyRow>, KeyStoreError> {
        self.hook.before("file_keys").await?;
        self.store.file_keys(after, limit).await
    }

    async fn file_keys_under(
        &self,
        business: i64,
        version: u32,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<FileKeyRow>, KeyStoreError> {
        self.hook.before("file_keys_under").await?;
        self.store.file_keys_under(business, version, after, limit).await
    }

    async fn replace_file_keys(&self, changes: &[FileKeyChange]) -> Result<usize, KeyStoreError> {
        self.hook.before("replace_file_keys").await?;
        self.store.replace_file_keys(changes).await
    }

    async fn counts(&self) -> Result<Vec<KeyCount>, KeyStoreError> {
        self.hook.before("counts").await?;
        self.store.counts().await
    }

    async fn put_business_keys(
        &self,
        keys: &[BusinessKeyRow],
        check: &[u8],
    ) -> Result<PutBusinessKeys, KeyStoreError> {
        self.hook.before("put_business_keys").await?;
        self.store.put_business_keys(keys, check).await
    }

    async fn business_key(
        &self,
        business: i64,
        version: u32,
    ) -> Result<Option<BusinessKeyRow>, KeyStoreError> {
        self.hook.before("business_key").await?;
        self.store.business_key(business, version).await
    }

    async fn current_business_key(&self, business: i64) -> Result<Option<BusinessKeyRow>, KeyStoreError> {
        self.hook.before("current_business_key").await?;
        self.store.current_business_key(business).await
    }

    async fn business_keys(
        &self,
        after: Option<(i64, u32)>,
        limit: usize,
    ) -> Result<Vec<BusinessKeyRow>, KeyStoreError> {
        self.hook.before("business_keys").await?;
        self.store.business_keys(after, limit).await
    }

    async fn delete_retired(&self, business: i64, version: u32) -> Result<bool, KeyStoreError> {
        self.hook.before("delete_retired").await?;
        self.store.delete_retired(business, version).await
    }

    async fn destroy_business(&self, business: i64) -> Result<usize, KeyStoreError> {
        self.hook.before("destroy_business").await?;
        self.store.destroy_business(business).await
    }

    async fn switch_master(
        &self,
        old: &[u8],
        new: &[u8],
        keys: &[BusinessKeyChange],
    ) -> Result<bool, KeyStoreError> {
        self.hook.before("switch_master").await?;
        self.store.switch_master(old, new, keys).await
    }

    async fn restore(
        &self,
        businesses: &[BusinessKeyRow],
        files: &[FileKeyRow],
    ) -> Result<(), KeyStoreError> {
        self.hook.before("restore").await?;
        self.store.restore(businesses, files).await
    }

    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, KeyStoreError> {
        self.hook.before("setting").await?;
        self.store.setting(name).await
    }

    async fn settings(&self) -> Result<Vec<(String, Vec<u8>)>, KeyStoreError> {
        self.hook.before("settings").await?;
        self.store.settings().await
    }

    async fn put_setting(&self, name: &str, value: &[u8]) -> Result<bool, KeyStoreError> {
        self.hook.before("put_setting").await?;
        self.store.put_setting(name, value).await
    }
}
